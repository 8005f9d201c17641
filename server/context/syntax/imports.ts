import type { Source } from './source.js';
import { capturesIn } from './matches.js';
import { contains, rangeOf, type TextRange } from './text-range.js';

/** A statement that brings names in from elsewhere. */
export interface Import extends TextRange {
  /** What is imported from, without quotes or angle brackets: `node:fs`, `os.path`, `vector`. */
  readonly source: string;
  /**
   * Names as the other side has them: `default` for a default export, `*` where all of it has a name here; empty where
   * none is brought in by name.
   */
  readonly names: readonly ImportedName[];
}

export interface ImportedName {
  readonly name: string;
  /** The name here, where it is another. */
  readonly alias?: string;
}

/** Imports in the order of the text. */
export function importsOf(source: Source): Import[] {
  const imports: { range: TextRange; source: string; names: { name: string; alias?: string }[] }[] =
    [];
  for (const { name: label, node } of capturesIn(source.grammar, 'imports', source.root)) {
    const range = rangeOf(node);
    const last = imports.at(-1);
    if (label === 'import') {
      // Two patterns may match one statement.
      if (last?.range.start !== range.start) imports.push({ range, source: '', names: [] });
    } else if (last && contains(last.range, range)) {
      if (label === 'import.source') {
        const from = node.text.replace(/^["'`<]+|["'`>]+$/g, '');
        // One statement may import several modules: Python's `import os, sys`.
        if (last.source === '') last.source = from;
        else imports.push({ range: last.range, source: from, names: [] });
      } else if (label === 'import.default') last.names.push({ name: 'default', alias: node.text });
      else if (label === 'import.name') last.names.push({ name: node.text });
      else if (label === 'import.alias') {
        const named = last.names.at(-1);
        if (named) named.alias = node.text;
        else last.names.push({ name: '*', alias: node.text });
      }
    }
  }
  return imports.map(({ range, ...rest }) => ({ ...range, ...rest }));
}
