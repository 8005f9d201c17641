/** A definition anywhere in the workspace, as plain data that outlives the index. */
export interface Definition {
  readonly name: string;
  /** As tags queries name it: `function`, `method`, `class`, `interface`, `type`, `constant`, … */
  readonly kind: string;
  /** `file:` URI, as Node writes it. */
  readonly uri: string;
  /** The whole declaration, in UTF-16 units from the start of the file as it was when it was read; the end not included. */
  readonly start: number;
  readonly end: number;
  /** Line that the declaration begins on, from 0. */
  readonly line: number;
  /**
   * Head of the declaration without its body; all of it where it has none, such as a type. At most 400 UTF-16 units,
   * secrets replaced. A text of the file all the same: it enters a prompt through the provenance gate only.
   */
  readonly signature: string;
  /** Names of the definitions around it, outermost first, with dots between them. */
  readonly container?: string;
}

/** A definition, and how much of the map's rank it has: more than 0, all of them together at most 1. */
export interface RankedDefinition extends Definition {
  readonly rank: number;
}

/** A file as it was when it was read. */
export interface IndexedFileStamp {
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
}

/** How often a file uses a name. */
export interface FileReferences {
  readonly uri: string;
  readonly count: number;
}

/** What the repository map is asked for. Order and repetition within the lists do not matter. */
export interface MapQuery {
  /** Files that somebody works in: the map is seen from there. */
  readonly open: readonly string[];
  /** Names near the cursor: their definitions, and what those lead to, weigh more. */
  readonly mentioned: readonly string[];
  /** Files none of whose definitions are wanted, as their text is in the prompt already. */
  readonly without?: readonly string[];
  /** Most definitions to answer. */
  readonly limit: number;
}

/**
 * Definitions and references of the workspace. Every question is answered at once, from memory, by what is known so far:
 * while the index is being built that is a part. URIs may be written in any way that names the file. Answers are in a
 * fixed order that does not depend on how the index came about.
 */
export interface SymbolIndex {
  /** By URI, then by place; of a name that is defined in very many files, those of the first by URI. */
  definitions(name: string): readonly Definition[];
  /** Every name that is defined anywhere, once, in no particular order. */
  definedNames(): Iterable<string>;
  /** The files that it knows, by path. */
  indexedFiles(): readonly IndexedFileStamp[];
  /** In the order of the file. */
  definitionsIn(uri: string): readonly Definition[];
  /** Files that use a name, by URI. */
  references(name: string): readonly FileReferences[];
  /**
   * The file of the workspace that an import in `fromUri` means, as far as the tree of files tells.
   *
   * @param specifier as `SyntaxTree.imports()` has it, without quotes: `./list`, `os.path`, `crate::engine`
   * @param name what is imported from there, where that may be a file of its own: a module of a Python package, a Java class
   */
  resolveImport(fromUri: string, specifier: string, name?: string): string | undefined;
  /** The definitions that matter most from where somebody works, by personalised PageRank, best first. */
  map(query: MapQuery): readonly RankedDefinition[];
}
