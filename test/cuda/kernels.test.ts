/** Every kernel against its scalar reference, on the emulated device, under every setting that finds mistakes. */
import assert from 'node:assert/strict';
import { buildCheck, complaints, emulationRuns, runCheck } from './kernel-check.js';
import type { Build, CaseResult } from './kernel-check.js';

/** No setting finds everything (planted.test.ts shows which finds what). */
const runs: readonly (readonly [Build, string])[] = [
  ...['early', 'late'].flatMap((landing) =>
    ['forward', 'reverse', 'random', 'greedy'].map(
      (order) => ['plain', `order=${order},landing=${landing}`] as const,
    ),
  ),
  ['address', 'landing=early'],
  ['address', 'order=random,landing=late'],
  ['thread', 'landing=early'],
];

/** The kernel that a case is about, where it launches only one beside those that prepare its input. */
function counted({ name, counters }: CaseResult) {
  return counters[name.replace(/[ ,].*$/, '')];
}

(emulationRuns ? describe : describe.skip)('CUDA kernels on the emulated device', function () {
  this.timeout(600_000);

  for (const [build, settings] of runs)
    it(`agree with their references: ${build}, ${settings}`, async () => {
      const run = await runCheck(await buildCheck(build), 'cuda_emulated', settings);
      assert.deepEqual(complaints(run), []);
      assert.ok(run.results.length > 100);
    });

  it('give the same bits in every order', async () => {
    const folder = await buildCheck('plain');
    const errors = [];
    for (const settings of ['order=forward', 'order=reverse', 'order=random,seed=7']) {
      const { results } = await runCheck(folder, 'cuda_emulated', settings);
      errors.push(results.map(({ name, error }) => [name, error]));
    }
    assert.deepEqual(errors[1], errors[0]);
    assert.deepEqual(errors[2], errors[0]);
  });

  for (const [family, atLeast, mostSpread] of [
    ['matvec_q', 8, 0.15],
    ['mla_decode', 2, 0.15],
    // Short parts of many rows of weights at once: their ends share sectors with what comes later.
    ['gemm_q', 8, 0.4],
  ] as const)
    it(`read what they need once, in whole sectors, side by side: ${family}`, async () => {
      const { results } = await runCheck(
        await buildCheck('plain'),
        'cuda_emulated',
        'coalescing=on',
        family,
      );
      const large = results.filter(({ leastBytes }) => leastBytes > 20_000);
      assert.ok(large.length >= atLeast);
      for (const result of large) {
        const { distinctBytesRead, warpAccesses, spreadAccesses } = counted(result)!;
        assert.ok(
          distinctBytesRead < 1.1 * result.leastBytes,
          `${result.name}: ${distinctBytesRead}`,
        );
        assert.ok(spreadAccesses <= mostSpread * warpAccesses, `${result.name}: ${spreadAccesses}`);
      }
    });
});
