import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { Lcg } from '../../../server/bench/prompts.js';
import { EngineError } from '../../../server/engine/contract.js';
import { buildDataset } from '../../../server/eval/cut/build-dataset.js';
import { crossFileRest, definitionsIn } from '../../../server/eval/cut/definitions.js';
import { sourceFiles, type SourceFile } from '../../../server/eval/cut/source-files.js';
import {
  argumentsIn,
  blockAt,
  restOfLine,
  wholeLine,
  type Span,
} from '../../../server/eval/cut/spans.js';
import { textLines } from '../../../server/eval/cut/text-lines.js';
import { holeKinds } from '../../../server/eval/hole.js';
import { inFolder } from '../../support/run-cli.js';

/** Cuts at the line with the first mark, and shows what was cut between two marks. */
function cut(
  marked: string,
  at: (text: string, lines: ReturnType<typeof textLines>, index: number) => Span | undefined,
): string | undefined {
  const text = marked.replaceAll('█', '');
  const span = at(
    text,
    textLines(text),
    marked.slice(0, marked.indexOf('█')).split('\n').length - 1,
  );
  return (
    span && `${text.slice(0, span.from)}█${text.slice(span.from, span.to)}█${text.slice(span.to)}`
  );
}

describe('holes', () => {
  for (const marked of ['a\n  █b = c;█\nd', '█x█', '#include <a>\n█#include "b.h"█  \n'])
    it(`of a line: ${JSON.stringify(marked)}`, () => {
      assert.equal(
        cut(marked, (text, lines, index) => wholeLine(text, lines[index]!)),
        marked,
      );
    });

  it('are not cut into comments and blank lines', () => {
    for (const marked of ['█// a = b;', '  █# a = b', '█ * a', '█   ', 'a\n█'])
      assert.equal(
        cut(marked, (text, lines, index) => wholeLine(text, lines[index]!)),
        undefined,
      );
  });

  for (const marked of [
    'if (a) {\n  █b();\n  c();█\n}\n',
    'def f():\n    █if a:\n        b()\n    return c█\nd\n',
    'f(() => {\n\t█g();█\n});',
  ])
    it(`of a block: ${JSON.stringify(marked)}`, () => {
      assert.equal(
        cut(marked, (text, lines, index) => blockAt(text, lines, index - 1)),
        marked,
      );
    });

  it('of a block need a block that is whole, has no blank line, and is not too long', () => {
    for (const text of [
      'a;\n  b;\n',
      'if (a) {\n}\n',
      'if (a) {\n  b;\n\n  c;\n}\n',
      `if (a) {\n${'  b;\n'.repeat(9)}}\n`,
      'if (a) {',
    ])
      assert.equal(blockAt(text, textLines(text), 0), undefined, text);
  });

  for (const marked of [
    'call(█a, "b)", [c]█);',
    '  x = call(█\n    a,\n    b,█\n  );',
    'if (ok) call(█a█);',
    'make<T>(█a█)',
  ])
    it(`of arguments: ${JSON.stringify(marked)}`, () => {
      assert.equal(
        cut(marked, (text, lines, index) => argumentsIn(text, lines[index]!, new Lcg('1'))),
        marked,
      );
    });

  it('of arguments are neither conditions nor empty nor open', () => {
    for (const text of ['if (a) {', 'while(a)', 'call()', 'call(a', 'call(a]'])
      assert.equal(argumentsIn(text, textLines(text)[0]!, new Lcg('1')), undefined, text);
  });

  it('of the rest of a line begin behind its indentation and end with it, wherever that is', () => {
    const text = '  const value = other(1);  \nnext';
    const found = Array.from({ length: 200 }, (_, seed) => {
      const span = restOfLine(text, textLines(text)[0]!, new Lcg(String(seed)));
      assert.ok(span);
      assert.equal(text.slice(span.to), '  \nnext');
      return text.slice(span.from, span.to);
    });
    assert.ok(found.includes('value = other(1);'));
    assert.ok(
      found.some((gold) => /^(?:alue|lue|ue|e) =|^(?:ther|her|er|r)\(/.test(gold)),
      'inside a word',
    );
    assert.ok(!found.includes('const value = other(1);'));
  });

  it('across files begin at a symbol that an imported file defines, or behind it', () => {
    const files: SourceFile[] = [
      { path: 'lib/paths.ts', language: 'typescript', text: 'export function inRoot(a) {\n}\n' },
      { path: 'lib/twice.ts', language: 'typescript', text: 'export const both = 1;\n' },
      { path: 'other.ts', language: 'typescript', text: 'export const both = 2;\n' },
    ];
    const text = `import { inRoot } from './lib/paths.js';\nx = inRoot(name);\ny = both;\nz = "inRoot";\n`;
    const file = { path: 'main.ts', language: 'typescript', text };
    const definitions = definitionsIn([...files, file]);
    assert.deepEqual([...definitions], [['typescript inRoot', 'lib/paths.ts']]);
    const golds = (line: number, of: SourceFile = file): Set<string> =>
      new Set(
        Array.from({ length: 20 }, (_, seed) => {
          const random = new Lcg(String(seed));
          const span = crossFileRest(of, textLines(of.text)[line]!, definitions, random);
          if (span) assert.deepEqual([span.symbol, span.definedIn], ['inRoot', 'lib/paths.ts']);
          return span ? of.text.slice(span.from, span.to) : '';
        }),
      );
    assert.deepEqual(golds(1), new Set(['inRoot(name);', 'name);']));
    for (const line of [0, 2, 3]) assert.deepEqual(golds(line), new Set(['']), `line ${line}`);
    const stranger = { ...file, text: text.replace('lib/paths', 'lib/pathways') };
    assert.deepEqual(golds(1, stranger), new Set(['']));
  });

  for (const [language, text, symbols] of [
    [
      'python',
      'class Model:\n    def inner(self): ...\nasync def fetch_all(): ...\n',
      ['fetch_all', 'Model'],
    ],
    [
      'cpp',
      'class Engine;\nstruct Page {\nint rows_of(int a) {\n  call_it(a);\n',
      ['Page', 'rows_of'],
    ],
    ['go', 'func (s *Server) Close() {\ntype Server struct {\n', ['Close', 'Server']],
    [
      'rust',
      'pub(crate) fn parse_it() {\npub struct Token {\nfn inner() {\n',
      ['parse_it', 'Token'],
    ],
    ['java', 'public final class Parser {\n', ['Parser']],
  ] as const)
    it(`know what ${language} defines`, () => {
      const found = definitionsIn([{ path: 'a', language, text }]);
      assert.deepEqual(
        [...found.keys()],
        symbols.map((symbol) => `${language} ${symbol}`),
      );
    });
});

describe('a data set of a tree', () => {
  const options = { holes: 20, perFile: 3, kinds: holeKinds, seed: '1' };
  const sample = (name: string): SourceFile => ({
    path: `${name}.ts`,
    language: 'typescript',
    text: Array.from(
      { length: 12 },
      (_, i) =>
        `export function ${name}${i}(a: number) {\n  const b = ${name}(a, ${i});\n  return b;\n}\n`,
    ).join('\n'),
  });
  const files = ['first', 'second', 'third'].map(sample);

  it('is the same for the same seed, whatever the order of the files, and another for another', () => {
    const holes = buildDataset(files, options);
    assert.deepEqual(buildDataset([...files].reverse(), options), holes);
    assert.notDeepEqual(buildDataset(files, { ...options, seed: '2' }), holes);
  });

  it('has holes of every kind that there is, never more than were asked for', () => {
    const holes = buildDataset(files, options);
    assert.deepEqual(
      new Set(holes.map(({ kind }) => kind)),
      new Set(['rest', 'line', 'block', 'arguments']),
    );
    assert.equal(holes.length, 9);
    assert.equal(buildDataset(files, { ...options, holes: 4 }).length, 4);
    const lines = buildDataset(files, { ...options, kinds: ['line'] });
    assert.ok(lines.every(({ kind }) => kind === 'line'));
  });

  it('puts together to the files again, with ids of their own and no overlap', () => {
    const unit = fc.constantFrom(
      'a',
      'word',
      ' ',
      '  ',
      '\n',
      '(',
      ')',
      '{',
      '}',
      ':',
      '"',
      '😀',
      '// ',
    );
    const text = fc.array(unit, { maxLength: 80, size: 'max' }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, fc.string(), (a, b, seed) => {
        const two = [a, b].map((content, i) => ({ path: `${i}.c`, language: 'c', text: content }));
        const holes = buildDataset(two, { ...options, seed });
        assert.equal(new Set(holes.map(({ id }) => id)).size, holes.length);
        for (const { prefix, gold, suffix, file } of holes) {
          assert.equal(prefix + gold + suffix, two.find(({ path: name }) => name === file)?.text);
          assert.equal(gold, gold.trimEnd());
          assert.notEqual(gold, '');
          assert.doesNotMatch(prefix, /[\ud800-\udbff]$/);
        }
        for (const [one, other] of holes.flatMap((x) => holes.map((y) => [x, y] as const)))
          if (one !== other && one.file === other.file)
            assert.ok(
              one.prefix.length + one.gold.length <= other.prefix.length ||
                other.prefix.length + other.gold.length <= one.prefix.length,
            );
      }),
    );
  });

  it('reads source files that somebody wrote, and no others', () => {
    const source = 'const a = 1;\n'.repeat(30);
    return inFolder(
      {
        'b.ts': source,
        'a.ts': source.replaceAll('\n', '\r\n'),
        'tiny.ts': 'a\n',
        'min.ts': `const a = 1;${'b();'.repeat(200)}\n`,
        'made.ts': `// Generated by a tool. Do not edit.\n${source}`,
        'latin.ts': Buffer.from([...Buffer.from(source), 0xe9]),
        'zero.ts': `${source}\0`,
        'notes.txt': source,
      },
      (folder) => {
        for (const name of ['src', 'node_modules', '.hidden']) {
          mkdirSync(path.join(folder, name));
          writeFileSync(path.join(folder, name, 'c.ts'), source);
        }
        symlinkSync(folder, path.join(folder, 'src', 'again'));
        const languageOf = (file: string) => (file.endsWith('.ts') ? 'typescript' : undefined);
        const found = sourceFiles(folder, languageOf);
        assert.deepEqual(
          found.map((file) => file.path),
          ['a.ts', 'b.ts', 'src/c.ts'],
        );
        assert.equal(found[0]?.text, source);
        assert.throws(() => sourceFiles(path.join(folder, 'b.ts'), languageOf), EngineError);
        return Promise.resolve();
      },
    );
  });
});
