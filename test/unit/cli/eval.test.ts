import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readDataset } from '../../../server/eval/dataset/read-dataset.js';
import { writeChatModel } from '../../support/chat-model.js';
import { inFolder, repository, runCli, type CliResult } from '../../support/run-cli.js';

function assertExplained(result: CliResult, code: number, text: RegExp): void {
  assert.equal(result.code, code, result.stderr);
  assert.match(result.stderr, text);
  assert.doesNotMatch(result.stderr, /^\s+at /m);
  assert.equal(result.stdout, '');
}

const few = ['eval', '--limit', '3', '--device', 'cpu', '--max-tokens', '16'];

describe('lacuna eval', function () {
  this.timeout(60_000);

  it('has holes of its own, of four languages and every kind, that fit together', () => {
    const holes = readDataset(path.join(repository, 'eval', 'holes.jsonl'));
    assert.ok(holes.length >= 48);
    const languages = new Set(holes.map(({ language }) => language));
    assert.deepEqual(languages, new Set(['cpp', 'javascript', 'python', 'typescript']));
    assert.equal(new Set(holes.map(({ kind }) => kind)).size, 5);
    for (const { kind, symbol, definedIn, file } of holes)
      if (kind === 'cross-file') assert.ok(symbol && definedIn && definedIn !== file);
  });

  it('fills them with the embedded model, and prints a table', async () => {
    const result = await runCli(few);
    assert.equal(result.code, 0, result.stderr);
    assert.match(
      result.stdout,
      /^Lacuna 18M · cpu \(.*\) · 1024 tokens of context · holes\.jsonl · anchored plan/,
    );
    assert.match(result.stdout, /^all +3 +\d+\.\d %/m);
    assert.match(result.stdout, /stops right +parses .*\n[^]*\npassed: /);
    const markdown = await runCli([...few, '--markdown']);
    assert.match(markdown.stdout, /\n\| all \| 3 \| /);
  });

  it('prints the same as JSON', async () => {
    const result = await runCli([...few, '--json']);
    assert.equal(result.stderr, '');
    const report = JSON.parse(result.stdout) as Record<string, unknown>;
    assert.deepEqual([report['schema'], report['n'], report['dataset']], [1, 3, 'holes.jsonl']);
    for (const key of [
      'exact',
      'editSimilarity',
      'parsesClean',
      'prefilledPerHole',
      'msP50',
      'msP95',
    ])
      assert.equal(typeof report[key], 'number', key);
    for (const key of ['exactNonTrivial', 'byLanguage', 'byKind', 'missing'])
      assert.ok(key in report, key);
  });

  it('writes predictions, and two runs of one model do not differ', () =>
    inFolder({}, async (folder) => {
      const [a, b] = [path.join(folder, 'a.jsonl'), path.join(folder, 'b.jsonl')];
      assert.equal((await runCli([...few, '--predictions', a])).code, 0);
      const anchored = ['--plan', 'anchored', '--keystrokes', '--typed', '3'];
      assert.equal((await runCli([...few, '--predictions', b, ...anchored])).code, 0);
      assert.equal(readFileSync(a, 'utf8').trim().split('\n').length, 3);
      const result = await runCli(['eval', '--compare', a, b]);
      assert.equal(result.code, 0, result.stderr);
      assert.match(result.stdout, /^exact +3 .* no difference shown$/m);
      assert.match(result.stdout, /in B alone: 0; McNemar's exact test: p = 1\.000/);
      const json = JSON.parse((await runCli(['eval', '--compare', a, b, '--json'])).stdout) as {
        n: number;
        mcnemar: unknown;
      };
      assert.deepEqual([json.n, json.mcnemar], [3, { onlyA: 0, onlyB: 0, p: 1 }]);
    }));

  it('has edits made by a model that can be talked to, tests them, and compares two runs', () =>
    inFolder({}, async (folder) => {
      const [a, b] = [path.join(folder, 'a.jsonl'), path.join(folder, 'b.jsonl')];
      const model = ['--model', writeChatModel(folder), '--device', 'cpu', '--context', '1024'];
      const run = ['eval', '--edits', '--limit', '2', ...model];
      const result = await runCli([...run, '--predictions', a]);
      assert.equal(result.code, 0, result.stderr);
      assert.match(
        result.stdout,
        /^Tiny Instruct · cpu \(.*\) · 1024 tokens of context · edits\.jsonl · descriptive instructions/,
      );
      assert.match(result.stdout, /^all +2 +[02] /m);
      const lazy = await runCli([...run, '--instruction', 'lazy', '--predictions', b, '--json']);
      const report = JSON.parse(lazy.stdout) as Record<string, unknown>;
      assert.deepEqual([report['schema'], report['n'], report['instruction']], [1, 2, 'lazy']);
      const compared = await runCli(['eval', '--edits', '--compare', a, b, '--markdown']);
      assert.equal(compared.code, 0, compared.stderr);
      assert.match(compared.stdout, /\| tasks \|[^]*\n\| generated \| 2 \|/);
    }));

  it('cuts holes into a tree, the same for the same seed', () => {
    const source = Array.from({ length: 9 }, (_, i) => `export const value${i} = call(${i}, a);`);
    return inFolder(
      { 'a.ts': `${source.join('\n')}\n`, 'b.md': 'prose\n'.repeat(99) },
      async (folder) => {
        const build = async (name: string, ...more: string[]) => {
          const out = path.join(folder, name);
          const result = await runCli(['eval', 'build', folder, '--out', out, ...more]);
          assert.equal(result.code, 0, result.stderr);
          return readFileSync(out, 'utf8');
        };
        const holes = await build('1.jsonl', '--holes', '4', '--kinds', 'line,rest');
        assert.equal(await build('2.jsonl', '--holes', '4', '--kinds', 'line,rest'), holes);
        assert.notEqual(await build('3.jsonl', '--holes', '4', '--seed', 'x'), holes);
        const read = readDataset(path.join(folder, '1.jsonl'));
        assert.deepEqual(
          read.map(({ file, language }) => `${file} ${language}`),
          Array.from({ length: 4 }, () => 'a.ts typescript'),
        );
      },
    );
  });

  it('explains what cannot be used', () =>
    inFolder({ 'wrong.jsonl': '{"prefix": 1}\n', 'empty.jsonl': '' }, async (folder) => {
      const at = (name: string) => path.join(folder, name);
      const out = ['--out', at('o.jsonl')];
      const cases: readonly [readonly string[], number, RegExp][] = [
        [['eval', at('no.jsonl')], 1, /no\.jsonl cannot be read: .*Name a JSONL file/],
        [['eval', at('wrong.jsonl')], 1, /line 1 of .* is no hole: its prefix is no text/],
        [['eval', at('empty.jsonl')], 1, /holds no holes.*lacuna eval build/],
        [['eval', '--execute'], 1, /no hole of this data set has a test/],
        [['eval', '--edits', '--device', 'cpu'], 1, /can be talked to\. .*only completes/],
        [['eval', '--edits', at('wrong.jsonl')], 1, /line 1 of .* is no edit/],
        [['eval', '--edits', '--no-syntax'], 2, /--edits goes without --no-syntax/],
        [['eval', '--edits', '--max-tokens', '9'], 2, /--edits goes without --max-tokens/],
        [['eval', '--edits', '--compare', at('wrong.jsonl'), at('empty.jsonl')], 1, /of an edit/],
        [['eval', '--compare', at('a')], 2, /--compare takes two files/],
        [['eval', '--compare', at('a'), at('b')], 1, /cannot be read/],
        [['eval', '--compare', at('wrong.jsonl'), at('empty.jsonl')], 1, /is no prediction/],
        [['eval', '--compare', at('empty.jsonl'), at('empty.jsonl')], 1, /no hole in common/],
        [['eval', '--predictions', at('no/p.jsonl')], 1, /p\.jsonl cannot be written/],
        [['eval', '--plan', 'other'], 2, /Allowed choices are plain, anchored/],
        [['eval', 'build', folder], 2, /--out/],
        [['eval', 'build', folder, ...out], 1, /no hole could be cut/],
        [['eval', 'build', at('no'), ...out], 1, /is no folder/],
        [['eval', 'build', folder, '--kinds', 'word', ...out], 2, /The kinds are rest, line/],
      ];
      for (const [args, code, text] of cases) assertExplained(await runCli(args), code, text);
    }));
});
