/**
 * Which file of a tree defines which symbol, read from the looks of its lines: enough to cut holes that need another
 * file, since a name that is missed only makes one hole less.
 */

import { posix } from 'node:path';
import type { Lcg } from '../../bench/prompts.js';
import { openQuote } from '../../completion/brackets.js';
import type { SourceFile } from './source-files.js';
import { spanOf, type Span } from './spans.js';
import { isCode, type Line } from './text-lines.js';

/** A short name is defined everywhere. */
const name = String.raw`([A-Za-z_$][\w$]{3,})`;
const script = [
  `^export (?:default )?(?:async )?(?:abstract )?(?:function\\*?|class|interface|type|enum|const|let) ${name}`,
];
const python = [`^(?:async )?def ${name}`, `^class ${name}`];
const cFamily = [
  `^(?:class|struct|enum(?: class)?) ${name}(?=[^;]*$)`,
  `^[A-Za-z_][\\w:<>,*& ]*[ *&]${name}\\([^;]*[{,]$`,
  `^#define ${name}`,
];
const patterns: Readonly<Record<string, readonly string[]>> = {
  typescript: script,
  typescriptreact: script,
  javascript: script,
  javascriptreact: script,
  python,
  c: cFamily,
  cpp: cFamily,
  go: [`^func (?:\\([^)]*\\) )?${name}`, `^type ${name}`],
  rust: [`^pub(?:\\([^)]*\\))? (?:async )?(?:fn|struct|enum|trait|type|const) ${name}`],
  java: [`^(?:public )?(?:abstract |final )*(?:class|interface|enum|record) ${name}`],
  csharp: [`^\\s*(?:public|internal) (?:\\w+ )*(?:class|interface|enum|record|struct) ${name}`],
  php: [`^(?:abstract |final )*(?:class|interface|trait|function) ${name}`],
  ruby: [`^\\s*(?:class|module|def) (?:self\\.)?${name}`],
  shellscript: [`^(?:function )?${name}\\(\\)`],
};
/** Languages that use each other's symbols. */
const families: Readonly<Record<string, string>> = {
  typescriptreact: 'typescript',
  javascript: 'typescript',
  javascriptreact: 'typescript',
  c: 'cpp',
};

/** By family of languages and name: the one file that defines it. Names that several files define are left out. */
export type Definitions = ReadonlyMap<string, string>;

export function definitionsIn(files: readonly SourceFile[]): Definitions {
  const found = new Map<string, Set<string>>();
  for (const { path, language, text } of files)
    for (const pattern of patterns[language] ?? [])
      for (const [, symbol = ''] of text.matchAll(new RegExp(pattern, 'gm'))) {
        const key = keyOf(language, symbol);
        found.set(key, (found.get(key) ?? new Set()).add(path));
      }
  return new Map(
    [...found].flatMap(([key, paths]) => (paths.size === 1 ? [[key, [...paths].join('')]] : [])),
  );
}

export interface CrossFileSpan extends Span {
  readonly symbol: string;
  readonly definedIn: string;
}

const importLine =
  /^(?:import|export .* from|from|#include|using|use|require|package)\b|\brequire\(/;
/** Families whose files name the files they use. */
const importing = new Set(['typescript', 'python', 'cpp']);

/**
 * The rest of a line from a symbol on that another file defines, or from behind it: where only its definition says
 * how to go on.
 */
export function crossFileRest(
  { path, language, text }: SourceFile,
  line: Line,
  definitions: Definitions,
  random: Lcg,
): CrossFileSpan | undefined {
  const code = text.slice(line.body, line.end);
  if (!isCode(text, line) || importLine.test(code)) return undefined;
  const uses = [...code.matchAll(/[A-Za-z_$][\w$]{3,}/g)].flatMap(({ 0: symbol, index }) => {
    const definedIn = definitions.get(keyOf(language, symbol));
    const fine =
      index > 0 &&
      definedIn !== undefined &&
      definedIn !== path &&
      openQuote(code.slice(0, index)) === undefined &&
      imports({ language, text }, definedIn);
    return fine ? [{ symbol, definedIn, at: line.body + index }] : [];
  });
  const use = uses[random.below(uses.length)];
  if (!use) return undefined;
  const { symbol, definedIn, at } = use;
  const behind = /^(?:\(|\.|::|->)/.exec(text.slice(at + symbol.length, line.end))?.[0];
  const skip = behind !== undefined && random.below(2) === 0 ? symbol.length + behind.length : 0;
  const span = spanOf(text, at + skip, line.end);
  if (!span || !/[\p{L}\p{N}]/u.test(text.slice(span.from, span.to))) return undefined;
  return { ...span, symbol, definedIn };
}

/** Whether the text says that it uses the file, where its language has it say so. */
function imports({ language, text }: Pick<SourceFile, 'language' | 'text'>, file: string): boolean {
  if (!importing.has(familyOf(language))) return true;
  const stem = posix.basename(file).replace(/\.\w+$/, '');
  const lines = text.match(/^(?:import|export|from|\}\s*from|#include|.*\brequire\().*$/gm) ?? [];
  return lines.some((line) => namedFiles(line).includes(stem));
}

/** The files that a line with an import names, without folders and extension; of Python, its words. */
function namedFiles(line: string): string[] {
  const quoted = [...line.matchAll(/["'<]([^"'<>]+)["'>]/g)].map(([, name = '']) => name);
  if (quoted.length === 0) return line.match(/\w+/g) ?? [];
  return quoted.map((name) => posix.basename(name).replace(/\.\w+$/, ''));
}

function familyOf(language: string): string {
  return families[language] ?? language;
}

function keyOf(language: string, symbol: string): string {
  return `${familyOf(language)} ${symbol}`;
}
