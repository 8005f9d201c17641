import type { Language, Query } from 'web-tree-sitter';
import type { GrammarName } from './languages.js';

/** The query files of a grammar, `grammars/NAME/KIND.scm`; grammars/README.md says what each captures. */
export const QUERY_KINDS = ['tags', 'locals', 'imports', 'blocks'] as const;
export type QueryKind = (typeof QUERY_KINDS)[number];

/** A language and its queries. Each query is compiled when it is first asked for. */
export class Grammar {
  private readonly compiled = new Map<QueryKind, Query>();
  private bindingQuery: Query | undefined;

  /**
   * @param sources the text of each query file, inherited ones in front
   * @param compile throws where a query names a node or a field that the language has not
   */
  constructor(
    readonly name: GrammarName,
    readonly language: Language,
    private readonly sources: Readonly<Record<QueryKind, string>>,
    private readonly compile: (language: Language, source: string) => Query,
  ) {}

  /** Some milliseconds the first time. */
  query(kind: QueryKind): Query {
    let query = this.compiled.get(kind);
    if (!query) {
      query = this.compile(this.language, this.sources[kind]);
      this.compiled.set(kind, query);
    }
    return query;
  }

  /** `locals` without its references: most of what it captures, and of no use to who asks for scopes and bindings. */
  get bindings(): Query {
    if (!this.bindingQuery) {
      const query = this.compile(this.language, this.sources.locals);
      for (const name of query.captureNames)
        if (name.startsWith('local.reference')) query.disableCapture(name);
      this.bindingQuery = query;
    }
    return this.bindingQuery;
  }
}
