import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import path from 'node:path';
import fc from 'fast-check';
import { EngineError } from '../../../server/engine/contract.js';
import { parseDataset } from '../../../server/eval/dataset/parse-dataset.js';
import { readDataset } from '../../../server/eval/dataset/read-dataset.js';
import { inFolder } from '../../support/run-cli.js';

const line = { prefix: 'a = ', suffix: '\n', gold: 'b', language: 'python', file: 'a.py' };
const humanEval = {
  task_id: 'SingleLineInfilling/HumanEval/3/L1',
  entry_point: 'below_zero',
  prompt: 'def below_zero(n):\n',
  suffix: '    return m\n',
  canonical_solution: '    m = n\n',
  test: 'def check(candidate):\n    assert candidate(1) == 1\n',
};
const jsonl = (...values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value)).join('\n');

describe('data sets', () => {
  it('are read line by line, blank lines and line ends aside', () => {
    const holes = parseDataset(`${jsonl(line)}\r\n\n${jsonl({ ...line, id: 'x' })}\n`, 'a.jsonl');
    assert.deepEqual(holes, [
      { id: 'line 1', ...line },
      { id: 'x', ...line },
    ]);
  });

  it('keep what is known of a cross-file hole, and leave other fields alone', () => {
    const more = { kind: 'cross-file', symbol: 'b', definedIn: 'b.py' };
    const [hole] = parseDataset(jsonl({ ...line, ...more, repository: 'r' }), 'a.jsonl');
    assert.deepEqual(hole, { id: 'line 1', ...line, ...more });
  });

  it('need neither language nor file', () => {
    const [hole] = parseDataset(jsonl({ prefix: '', suffix: '', gold: 'x' }), 'a.jsonl');
    assert.deepEqual([hole?.language, hole?.file], ['plaintext', 'hole-1']);
  });

  it('of human-eval-infilling give the line end of whole lines to the suffix', () => {
    const [hole] = parseDataset(jsonl(humanEval), 'h.jsonl');
    assert.deepEqual(hole, {
      id: humanEval.task_id,
      prefix: humanEval.prompt,
      suffix: '\n    return m\n',
      gold: '    m = n',
      language: 'python',
      file: 'HumanEval/3.py',
      test: { source: humanEval.test, entryPoint: 'below_zero' },
    });
    const [span] = parseDataset(jsonl({ ...humanEval, canonical_solution: ' n' }), 'h.jsonl');
    assert.deepEqual([span?.gold, span?.suffix], [' n', humanEval.suffix]);
  });

  for (const [text, why] of [
    ['nonsense', /line 1 of a\.jsonl is no hole: it is no JSON object/],
    ['[1]', /no JSON object/],
    [jsonl({ ...line, gold: 1 }), /its gold is no text/],
    [jsonl({ ...line, gold: ' \n' }), /its gold is blank/],
    [jsonl({ ...line, kind: 'word' }), /there is no kind word/],
    [jsonl({ ...line, id: 'x' }, { ...line, id: 'x' }), /line 2 .* the id x was there before/],
    [jsonl({ ...humanEval, entry_point: 'f); import os' }), /entry_point is no Python name/],
    [jsonl({ ...humanEval, test: null }), /its test is no text/],
    ['\n', /a\.jsonl holds no holes/],
  ] as const)
    it(`are refused with a reason: ${String(why)}`, () => {
      assert.throws(
        () => parseDataset(text, 'a.jsonl'),
        (error) => error instanceof EngineError && why.test(error.message) && error.remedy !== '',
      );
    });

  it('of any content are read or refused, and nothing else happens', () => {
    const values = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .record({ prefix: fc.anything(), suffix: fc.string(), gold: fc.anything() })
        .map((value) => JSON.stringify(value) as string | undefined),
    );
    fc.assert(
      fc.property(fc.array(values), (lines) => {
        try {
          for (const { gold } of parseDataset(lines.join('\n'), 'x'))
            assert.notEqual(gold.trim(), '');
        } catch (error) {
          assert.ok(error instanceof EngineError, String(error));
        }
      }),
    );
  });

  it('may be compressed', () =>
    inFolder(
      { 'a.jsonl.gz': gzipSync(jsonl(line)), 'b.gz': gzipSync('x').subarray(0, 12) },
      (folder) => {
        assert.equal(readDataset(path.join(folder, 'a.jsonl.gz')).length, 1);
        for (const name of ['b.gz', 'missing.jsonl'])
          assert.throws(() => readDataset(path.join(folder, name)), EngineError);
        return Promise.resolve();
      },
    ));
});
