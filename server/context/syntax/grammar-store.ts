import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Language, Parser, Query } from 'web-tree-sitter';
import { Grammar, QUERY_KINDS, type QueryKind } from './grammar.js';
import type { GrammarName } from './languages.js';
import { readQuery } from './query-files.js';
import { GrammarError } from './grammar-error.js';

export interface GrammarFolders {
  /** Holds `web-tree-sitter.wasm` and `NAME.wasm` for each grammar; `dist/grammars` of the package. */
  readonly wasm: string;
  /** Holds `NAME/KIND.scm`; `grammars` of the package. */
  readonly queries: string;
}

/** Both folders, of the package or of the extension whose folder is given. */
export function grammarFolders(packageRoot: string): GrammarFolders {
  return {
    wasm: path.join(packageRoot, 'dist/grammars'),
    queries: path.join(packageRoot, 'grammars'),
  };
}

/**
 * What is loaded stays in the memory of the one wasm runtime until the process ends: there is no way to unload it. So stores
 * share it; loaded anew for each server of a long run of tests, it filled the two gigabytes that the runtime can have.
 */
const languages = new Map<string, Promise<Language>>();

function languageIn(file: string): Promise<Language> {
  let language = languages.get(file);
  if (!language) {
    language = readFile(file).then((bytes) => Language.load(bytes));
    language.catch(() => languages.delete(file));
    languages.set(file, language);
  }
  return language;
}

/**
 * Loads grammars from their files, each once and only when a document needs it. The wasm runtime itself is one per
 * process: web-tree-sitter keeps it in its module, whoever starts it first.
 */
export class GrammarStore {
  private runtime: Promise<void> | undefined;
  private readonly grammars = new Map<GrammarName, Promise<Grammar>>();

  constructor(private readonly folders: GrammarFolders) {}

  /**
   * A failure is not remembered: what was missing may be there next time.
   *
   * @throws GrammarError (rejects) where a file is missing or no grammar of this runtime
   */
  load(name: GrammarName): Promise<Grammar> {
    let grammar = this.grammars.get(name);
    if (!grammar) {
      grammar = this.read(name).catch((error: unknown) => {
        this.grammars.delete(name);
        throw new GrammarError(
          `the ${name} grammar cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
          'Run `npm run build`, or install Lacuna again.',
        );
      });
      this.grammars.set(name, grammar);
    }
    return grammar;
  }

  private async read(name: GrammarName): Promise<Grammar> {
    this.runtime ??= this.start();
    await this.runtime;
    const [language, ...texts] = await Promise.all([
      languageIn(path.join(this.folders.wasm, `${name}.wasm`)),
      ...QUERY_KINDS.map((kind) => readQuery(this.folders.queries, name, kind)),
    ]);
    const sources = Object.fromEntries(
      QUERY_KINDS.map((kind, index) => [kind, texts[index] ?? '']),
    ) as Record<QueryKind, string>;
    return new Grammar(name, language, sources, (owner, source) => new Query(owner, source));
  }

  private async start(): Promise<void> {
    try {
      const wasmBinary = await readFile(path.join(this.folders.wasm, 'web-tree-sitter.wasm'));
      await Parser.init({ wasmBinary });
    } catch (error) {
      this.runtime = undefined;
      throw error;
    }
  }
}
