import fc from 'fast-check';
import assert from 'node:assert/strict';
import { GRAMMAR_NAMES } from '../../../../server/context/syntax/languages.js';
import { parseText } from '../../../../server/context/syntax/parse-text.js';
import { cursorText } from '../../../support/cursor.js';
import { grammars, parse, sampleOf } from './grammar-fixtures.js';
import { editOf, editShape } from './random-edits.js';
import { applyEdit } from '../../../../server/context/syntax/text-edit.js';

const sliced = (text: string, { start, end }: { start: number; end: number }) =>
  text.slice(start, end);

describe('a syntax tree', () => {
  it('gives the enclosing function and class with their signatures', async () => {
    const { text, offset } = cursorText(`class A<T> {
  async run(items: T[], limit = 3): Promise<void> {
    for (const item of items) █
  }
}`);
    const tree = await parse('typescript', text);
    const inner = tree.enclosingFunction(offset);
    assert.equal(inner?.name, 'run');
    assert.equal(sliced(text, inner.signature), 'async run(items: T[], limit = 3): Promise<void>');
    const outer = tree.enclosingClass(offset);
    assert(outer);
    assert.equal(sliced(text, outer.signature), 'class A<T>');
  });

  it('counts in UTF-16 units behind astral characters, tabs and CRLF', async () => {
    const { text, offset } = cursorText('// 😀𝒳\r\n\tfunction f() {\r\n\t\tg("😀█");\r\n\t}\r\n');
    const tree = await parse('javascript', text);
    assert.equal(tree.place(offset).inside, 'string');
    const within = tree.enclosingFunction(offset);
    assert(within);
    assert.equal(sliced(text, within.signature), 'function f()');
    assert.deepEqual(
      tree
        .nodesAround({ start: offset, end: offset })
        .map(({ type }) => type)
        .slice(-3),
      ['statement_block', 'function_declaration', 'program'],
    );
  });

  it('finds names in scope: parameters, locals and the file’s own, inner before outer', async () => {
    const { text, offset } = cursorText(`import { load } from './load.js';
const limit = 3;
function other(hidden: number) { const gone = hidden; return gone; }
function run(items: string[], limit: number) {
  for (const item of items) {
    █
  }
}`);
    const names = (await parse('typescript', text))
      .bindingsAt(offset)
      .map(({ name, kind }) => `${name}:${kind}`);
    assert.deepEqual(names, [
      'item:variable',
      'items:parameter',
      'limit:parameter',
      'load:import',
      'other:function',
      'run:function',
    ]);
  });

  it('lists identifiers near the cursor, nearest first, each once', async () => {
    const { text, offset } = cursorText('far; far;\nfoo(bar.baz, █qux as Type);\nbar;');
    const near = (await parse('typescript', text)).identifiersNear(offset);
    assert.deepEqual(
      near.map(({ name, kind }) => `${name}:${kind}`),
      ['qux:name', 'baz:property', 'bar:name', 'Type:type', 'foo:name', 'far:name'],
    );
    assert.equal(near[0]?.distance, 0);
    assert.equal((await parse('typescript', text)).identifiersNear(offset, { limit: 2 }).length, 2);
  });

  it('reads imports with their names and aliases', async () => {
    const ts = await parse(
      'typescript',
      "import fs, { a as b, c } from 'x';\nimport * as d from 'y';",
    );
    assert.deepEqual(
      ts.imports().map(({ source, names }) => ({ source, names })),
      [
        {
          source: 'x',
          names: [{ name: 'default', alias: 'fs' }, { name: 'a', alias: 'b' }, { name: 'c' }],
        },
        { source: 'y', names: [{ name: '*', alias: 'd' }] },
      ],
    );
    const python = await parse('python', 'import os.path as p, sys\nfrom . import a as b\n');
    assert.deepEqual(
      python.imports().map(({ source, names }) => ({ source, names })),
      [
        { source: 'os.path', names: [{ name: '*', alias: 'p' }] },
        { source: 'sys', names: [] },
        { source: '.', names: [{ name: 'a', alias: 'b' }] },
      ],
    );
    const c = await parse('c', '#include <stdio.h>\n#include "own.h"\n');
    assert.deepEqual(
      c.imports().map(({ source }) => source),
      ['stdio.h', 'own.h'],
    );
  });

  it('gives a definition the kind that says most, and does not take its name for a reference', async () => {
    const kinds = async (name: 'go' | 'rust', text: string) => {
      const { definitions, references } = (await parse(name, text)).tags();
      return [
        ...definitions.map((each) => `${each.kind} ${each.name}`),
        ...references.map((each) => `uses ${each.name}`),
      ];
    };
    assert.deepEqual(
      await kinds('go', 'package p\ntype A interface {}\ntype B struct{}\ntype C = B\ntype D B\n'),
      ['interface A', 'class B', 'type C', 'type D', 'uses B', 'uses B'],
    );
    assert.deepEqual(await kinds('rust', 'impl A { fn f() {} }\nmod m { fn g() {} }\n'), [
      'method f',
      'module m',
      'function g',
      'uses A',
    ]);
  });

  it('names the containers of a definition', async () => {
    const tree = await parse('python', 'class A:\n    def f(self):\n        def g(): pass\n');
    assert.deepEqual(
      tree.tags().definitions.map(({ kind, name, containers }) => ({ kind, name, containers })),
      [
        { kind: 'class', name: 'A', containers: [] },
        { kind: 'method', name: 'f', containers: ['A'] },
        { kind: 'function', name: 'g', containers: ['A', 'f'] },
      ],
    );
  });

  it('judges a candidate in its place by its faults, and stays as it was', async () => {
    const { text, offset } = cursorText('function f() {\n  return █\n}\n');
    const tree = await parse('typescript', text);
    const faults = (newText: string) => {
      const trial = tree.withEdit({ start: offset, oldEnd: offset, newText }, 20_000);
      assert(trial);
      const count = trial.faults().length;
      trial.dispose();
      return count;
    };
    assert.equal(faults('a + 1;'), 0);
    assert(faults('a + ;') > 0);
    assert(faults('a) {') > 0);
    assert.equal(tree.text, text);
    assert.deepEqual(tree.faults(), []);
  });

  it('is not made where the deadline is over before it is done', async () => {
    const long = sampleOf('typescript').repeat(50);
    assert.equal(parseText(await grammars.load('typescript'), long, -1), undefined);
  });

  it('gives no trial tree once the deadline is over', async () => {
    const tree = await parse('typescript', sampleOf('typescript').repeat(50));
    assert.equal(tree.withEdit({ start: 0, oldEnd: 0, newText: '`' }, -1), undefined);
  });

  it('finds the faults that touch a range only', async () => {
    const text = 'const a = ;\nconst b = 2;\nconst c = ;\n';
    const tree = await parse('typescript', text);
    assert.equal(tree.faults().length, 2);
    assert.equal(tree.faults({ start: 14, end: 22 }).length, 0);
    assert.equal(tree.faults({ start: 24, end: text.length }).length, 1);
  });

  it('answers anywhere in any text, with ranges inside of it', async () => {
    for (const name of GRAMMAR_NAMES) {
      const sample = sampleOf(name);
      await fc.assert(
        fc.asyncProperty(
          editShape,
          fc.double({ min: -0.1, max: 1.1, noNaN: true }),
          async (shape, at) => {
            const text = applyEdit(sample, editOf(sample, shape));
            const tree = await parse(name, text);
            const offset = Math.floor(at * text.length);
            const { definitions, references } = tree.tags();
            const ranges = [
              ...tree.enclosing(offset).flatMap((each) => [each, each.signature]),
              ...tree.scopesAt(offset),
              ...tree.bindingsAt(offset),
              ...tree.identifiersNear(offset),
              ...tree.imports(),
              ...tree.faults(),
              ...tree.nodesAround({ start: offset, end: offset + 5 }),
              ...definitions.flatMap((each) => [each, each.nameRange, each.signature]),
              ...references,
            ];
            for (const { start, end } of ranges)
              assert(0 <= start && start <= end && end <= text.length);
            assert(['code', 'string', 'comment'].includes(tree.place(offset).inside));
            tree.dispose();
          },
        ),
        { numRuns: 10 },
      );
    }
  });
});
