/** What is said where there is no driver, no GPU, an old one, no room, or where the GPU is lost. */
import assert from 'node:assert/strict';
import { emulatedFolder, emulationRuns, runCheck } from './kernel-check.js';

const caseName = 'rms_norm of 1 rows of 2048, 1 added';

const troubles: readonly (readonly [string, string, string, RegExp])[] = [
  ['no GPU', 'devices=0', 'no-device', /finds no GPU/],
  ['an old driver', 'driver=11040', 'driver-too-old', /is for CUDA 11\.4, .* needs 12\.0 or newer/],
  ['an old GPU', 'capability=75', 'unsupported', /compute capability 7\.5, .* need 8\.0 or newer/],
  [
    'too little memory',
    'memory=16k',
    'out-of-memory',
    /no room for 8192 bytes: \d+ of 16384 are free/,
  ],
  ['an allocation that fails', 'fail_allocation=1', 'out-of-memory', /no room for \d+ bytes/],
  ['a GPU that is lost', 'lose_launch=1', 'device-lost', /waiting for the device failed: .*lost/],
];

(emulationRuns ? describe : describe.skip)('the CUDA driver', function () {
  this.timeout(60_000);

  for (const [what, settings, code, message] of troubles)
    it(`is reported with its reason: ${what}`, async () => {
      const run = await runCheck(emulatedFolder, 'cuda_emulated', settings, caseName);
      assert.equal(run.status, 0, run.errors);
      const [result] = run.results;
      assert.equal(result?.code, code);
      assert.match(result.failure, message);
    });

  it('is reported with its reason: no driver', async () => {
    const { results } = await runCheck(emulatedFolder, '/nowhere/libcuda.so.1', '', caseName);
    assert.equal(results[0]?.code, 'no-driver');
    assert.match(results[0].failure, /cannot be loaded: .*libcuda\.so\.1: .*No such file/);
  });
});
