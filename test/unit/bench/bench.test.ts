/** What `lacuna bench` counts, and that its figures come from runs. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { activeBytes, cacheBytesPerToken } from '../../../server/bench/active-bytes.js';
import type { BenchReport } from '../../../server/bench/report/figures.js';
import { quantile, spreadOf } from '../../../server/bench/statistics.js';
import { fixtureModel, nativeAddon, packageRoot } from '../../native/addons.js';
import { inFolder, runCli } from '../../support/run-cli.js';

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

  it('counts a latent and a rotary key in two bytes a value as the least cache', () => {
    const file = nativeAddon().openModelFile(fixtureModel('tiny-v3-q8_0.gguf'));
    assert.equal(cacheBytesPerToken(file), 4 * (64 + 16) * 2);
  });
});

describe('lacuna bench', function () {
  this.timeout(120_000);
  const model = fixtureModel('tiny-lite-q4_k_m.gguf');
  const speed = ['--prefill', '64', '--depths', '0,100', '--runs', '2'];

  const reportOf = async (...args: string[]): Promise<BenchReport> => {
    const { code, stdout, stderr } = await runCli(['bench', '--model', model, ...args, '--json']);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as BenchReport;
  };

  it('prints a JSON object of measured figures', async () => {
    const report = await reportOf(...speed, '--keystrokes', '5');
    assert.equal(report.schema, 1);
    for (const spread of [report.prefill[64]!, report.decode[0]!, report.decode[100]!]) {
      assert.ok(spread.median > 0);
      assert.equal(spread.runs, 2);
    }
    const { bytesPerToken } = report.decode[100]!;
    assert.equal(bytesPerToken, report.bytesPerToken.weights + 100 * report.bytesPerToken.cache);
    assert.ok(report.load.firstTokenMs >= report.load.ms);
    assert.equal(report.replay.length, 2);
    assert.ok(report.aborts);
    assert.deepEqual([report.peer, report.ratios], [null, {}]);
  });

  it('measures a part alone where it is named', async () => {
    const replayed = await reportOf('--replay', '--keystrokes', '3');
    assert.deepEqual([replayed.prefill, replayed.decode, replayed.aborts], [{}, {}, null]);
    assert.deepEqual(
      replayed.replay.map(({ layout, keystrokes }) => [layout, keystrokes]),
      [
        ['plain', 1],
        ['anchored', 3],
      ],
    );
    const aborted = await reportOf('--aborts', '2');
    assert.deepEqual([aborted.decode, aborted.replay], [{}, []]);
    assert.equal(aborted.aborts?.aborts, 2);
  });

  it('goes on from the file of a run before', () =>
    inFolder({}, async (folder) => {
      const args = ['--keystrokes', '0', '--aborts', '0', '--resume', path.join(folder, 'journal')];
      const first = await reportOf(...speed, ...args);
      const second = await reportOf(...speed, ...args);
      assert.deepEqual(second.prefill, first.prefill);
      assert.deepEqual(second.decode, first.decode);
    }));

  it('measures in a context shorter than what warms it up', async () => {
    const lengths = ['--prefill', '8', '--depths', '0', '--runs', '1'];
    const report = await reportOf(...lengths, '--keystrokes', '0', '--aborts', '0');
    assert.ok(report.prefill[8]!.median > 0);
    assert.equal(report.engine.device, 'cpu');
  });

  it('says so where no length fits the model', async () => {
    const lengths = ['--prefill', '9000', '--depths', '9000'];
    const { code, stderr } = await runCli(['bench', '--model', model, ...lengths]);
    assert.equal(code, 1);
    assert.match(stderr, /context of 4096/);
  });

  const installed = existsSync(path.join(packageRoot, 'bench/node_modules/node-llama-cpp'));
  if (installed) {
    it('compares with llama.cpp on the same file', async () => {
      const args = [...speed, '--peer', '--keystrokes', '0', '--aborts', '0', '--threads', '1'];
      const { peer, ratios, missing } = await reportOf(...args);
      assert.deepEqual(missing, {});
      assert.deepEqual(Object.keys(ratios), ['prefill64', 'decode0', 'decode100']);
      assert.equal(peer?.decode[100]?.runs, 2);
      for (const ratio of Object.values(ratios)) assert.ok(ratio! > 0);
    });
  } else {
    it.skip('compares with llama.cpp on the same file: bench/ is not installed', () => undefined);
  }
});
