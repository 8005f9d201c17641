/** Mistakes on purpose: the net has no hole where each of them is caught, and catches nothing that is sound. */
import assert from 'node:assert/strict';
import { buildCheck, complaints, emulationRuns, runCheck } from './kernel-check.js';
import type { Build } from './kernel-check.js';

const settings: readonly (readonly [string, Build, string])[] = [
  ...['early', 'late'].flatMap((landing) =>
    ['forward', 'reverse', 'random', 'greedy'].map(
      (order) => [`${order} ${landing}`, 'plain', `order=${order},landing=${landing}`] as const,
    ),
  ),
  ['address early', 'address', 'landing=early'],
  ['address late', 'address', 'landing=late'],
  ['thread early', 'thread', 'landing=early'],
];

const everywhere = settings.map(([name]) => name);
const late = everywhere.filter((name) => name.endsWith('late'));

/** Which settings catch a mistake, at least. Random orders may catch more, and are left out where one is not sure. */
const caughtBy: Readonly<Record<string, readonly string[]>> = {
  missing_barrier: everywhere,
  missing_barrier_below: ['reverse early', 'reverse late', 'thread early'],
  reused_tile: everywhere,
  missing_warp_barrier: everywhere,
  divergent_barrier: everywhere,
  divergent_shuffle: everywhere,
  wrong_wait_count: late,
  skipped_commit: late,
  unseen_copy: everywhere,
  early_refill: everywhere,
  unseen_fragment: everywhere,
  divergent_product: everywhere,
  global_bounds: everywhere,
  shared_bounds: ['address early', 'address late'],
  never_written: everywhere,
  block_race: everywhere,
  misaligned: everywhere,
  plain_access: everywhere,
  missing_host_sync: everywhere,
  reused_staging: everywhere,
  unjoined_streams: everywhere,
  unjoined_branches: ['reverse early', 'reverse late'],
};

/** What the device says where it sees the mistake itself, beside a wrong result. */
const reports: Readonly<Record<string, RegExp>> = {
  divergent_barrier: /barrier.* at test\/cuda\/planted\/barriers\.cu:\d+/,
  divergent_shuffle: /(wait for each other|has ended).* test\/cuda\/planted\/barriers\.cu:\d+/,
  divergent_product: /(wait for each other|has ended).* test\/cuda\/planted\/tensor_cores\.cu:\d+/,
  global_bounds: /read out of bounds: 4 bytes at byte 512 .*memory\.cu:\d+, thread 127 of block 0/,
  never_written: /never written.*memory\.cu:\d+/,
  block_race: /block . writes what block . of the same launch wrote/,
  misaligned: /not aligned.*memory\.cu:\d+, thread \d+/,
};

(emulationRuns ? describe : describe.skip)('mistakes planted in kernels and hosts', function () {
  this.timeout(600_000);

  for (const [name, build, text] of settings)
    it(`are not seen where there are none: ${name}`, async () => {
      const run = await runCheck(await buildCheck(build), 'cuda_planted', text, 'sound_');
      assert.deepEqual(complaints(run), []);
      assert.equal(run.results.length, Object.keys(caughtBy).length);
    });

  for (const [mistake, expected] of Object.entries(caughtBy))
    it(`are caught: ${mistake}, by ${expected === everywhere ? 'every setting' : expected.join(', ')}`, async () => {
      const missed = [];
      for (const [name, build, text] of settings.filter(([each]) => expected.includes(each))) {
        const filter = `planted_${mistake}`;
        const run = await runCheck(await buildCheck(build), 'cuda_planted', text, filter);
        const result = run.results.find((each) => each.name === filter);
        if (run.status === 0 && result?.good !== false) missed.push(name);
        const report = reports[mistake];
        if (report && build === 'plain') assert.match(result?.failure ?? '', report);
      }
      assert.deepEqual(missed, []);
    });
});
