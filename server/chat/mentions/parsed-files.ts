import type { GrammarStore } from '../../context/syntax/grammar-store.js';
import { parseText } from '../../context/syntax/parse-text.js';
import type { SyntaxTree } from '../../context/syntax/syntax-tree.js';
import { grammarNameOfFile } from '../../context/index/scan/file-languages.js';
import { pathOf } from '../../provenance/place.js';

/** Longest that a text may take to parse, milliseconds. */
const PARSE_MS = 1000;

/** Parses texts of files that no editor has open. */
export class ParsedFiles {
  constructor(private readonly grammars: Pick<GrammarStore, 'load'>) {}

  /** What `ask` makes of the text's tree; undefined where there is none. */
  async ask<T>(uri: string, text: string, ask: (tree: SyntaxTree) => T): Promise<T | undefined> {
    const name = grammarNameOfFile(pathOf(uri));
    if (name === undefined) return undefined;
    const tree = parseText(await this.grammars.load(name), text, PARSE_MS);
    try {
      return tree && ask(tree);
    } finally {
      tree?.dispose();
    }
  }
}
