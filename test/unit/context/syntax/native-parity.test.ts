import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { filesUnder } from './source-files.js';
import { parse, root, sampleOf } from './grammar-fixtures.js';

/** What is used of the native binding, whose own types bring in what this project does not have. */
interface NativeParser {
  setLanguage(language: unknown): void;
  parse(read: (index: number) => string | null): { readonly rootNode: { toString(): string } };
}

const require = createRequire(import.meta.url);
const NativeTreeSitter = require('tree-sitter') as new () => NativeParser;
const typescript = require('tree-sitter-typescript') as Record<'typescript' | 'tsx', unknown>;
const python = require('tree-sitter-python') as unknown;

/** The native binding takes strings up to 32,767 units, longer ones in pieces. */
function native(language: unknown, text: string): string {
  const parser = new NativeTreeSitter();
  parser.setLanguage(language);
  return parser.parse((index) => text.slice(index, index + 8192) || null).rootNode.toString();
}

const troublesome = [
  'const a = "😀"; // 𝒳\r\n\tconst b = `é${a}`;\r\n',
  'class A {\n  broken( {\n}\nconst = 3;\n',
  'def f(x):\r\n\treturn f"{x!r:>{10}} 😀"\r\n',
  'if (a) {',
];

describe('wasm grammars and native tree-sitter', () => {
  const sources = filesUnder(path.join(root, 'server/context'), /\.ts$/);

  it('make the same tree of TypeScript', async () => {
    assert(sources.length > 10);
    const texts = sources.map((file) => readFileSync(file, 'utf8'));
    for (const text of [sampleOf('typescript'), ...texts, ...troublesome])
      assert.equal(
        (await parse('typescript', text)).toSExpression(),
        native(typescript.typescript, text),
      );
  });

  it('make the same tree of TSX', async () => {
    for (const text of [sampleOf('tsx'), ...troublesome])
      assert.equal((await parse('tsx', text)).toSExpression(), native(typescript.tsx, text));
  });

  it('make the same tree of Python', async () => {
    const texts = filesUnder(path.join(root, 'training'), /\.py$/).map((file) =>
      readFileSync(file, 'utf8'),
    );
    assert(texts.length > 5);
    for (const text of [sampleOf('python'), ...texts, ...troublesome])
      assert.equal((await parse('python', text)).toSExpression(), native(python, text));
  });
});
