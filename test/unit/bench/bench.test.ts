/** What `lacuna bench` counts, and that its figures come from runs. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { activeBytes } from '../../../server/bench/active-bytes.js';
import { quantile, spreadOf } from '../../../server/bench/statistics.js';
import { fixtureModel, nativeAddon } from '../../native/addons.js';
import { repository, runCli } from '../../support/run-cli.js';

describe('bench', () => {
  it('takes the middle of an odd and of an even number of runs', () => {
    assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, least: 1, most: 3, runs: 3 });
    assert.equal(spreadOf([4, 1, 2, 3]).median, 2.5);
    assert.equal(quantile([10], 0.95), 10);
    assert.throws(() => spreadOf([]), RangeError);
  });

  it('counts of the experts only those a token visits, and one row of the embedding', () => {
    const file = nativeAddon().openModelFile(fixtureModel('tiny-lite-q8_0.gguf'));
    const tensors = file.tensors();
    const sum = (test: (name: string) => boolean): number =>
      tensors.filter(({ name }) => test(name)).reduce((total, { bytes }) => total + bytes, 0);
    const experts = sum((name) => name.includes('_exps.'));
    const embedding = sum((name) => name === 'token_embd.weight');
    // Two of eight experts; one of 1,040 rows.
    const expected = sum(() => true) - experts * (6 / 8) - embedding * (1039 / 1040);
    assert.ok(Math.abs(activeBytes(file) - expected) < 1);
  });

  it('leaves nextn layers out', () => {
    const file = nativeAddon().openModelFile(fixtureModel('tiny-v3-q8_0.gguf'));
    const nextn = file.tensors().filter(({ name }) => name.startsWith('blk.4.'));
    assert.ok(nextn.length > 0);
    const total = file.tensors().reduce((sum, { bytes }) => sum + bytes, 0);
    assert.ok(activeBytes(file) < total - nextn.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it('prints a JSON object of measured figures', async () => {
    const model = path.join(repository, 'test', 'fixtures', 'models', 'tiny-lite-q4_k_m.gguf');
    const lengths = ['--prefill', '64', '--depths', '0,100', '--keystrokes', '5', '--runs', '2'];
    const { code, stdout, stderr } = await runCli([
      'bench',
      '--model',
      model,
      ...lengths,
      '--json',
    ]);
    assert.equal(code, 0, stderr);
    const figures = JSON.parse(stdout) as Record<
      'prefill' | 'decode',
      Record<string, { median: number; runs: number }>
    > & {
      keystroke: { prefilledP50: number };
    };
    for (const spread of [figures.prefill['64']!, figures.decode['0']!, figures.decode['100']!]) {
      assert.ok(spread.median > 0);
      assert.equal(spread.runs, 2);
    }
    // What is typed is all that is computed.
    assert.equal(figures.keystroke.prefilledP50, 1);
  });

  it('says so where no length fits the model', async () => {
    const model = path.join(repository, 'test', 'fixtures', 'models', 'tiny-lite-q4_k_m.gguf');
    const { code, stderr } = await runCli([
      'bench',
      '--model',
      model,
      '--prefill',
      '9000',
      '--depths',
      '9000',
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /context of 4096/);
  });
});
