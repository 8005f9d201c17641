/** Whole models on the emulated device against the CPU's scalar reference: logits, tokens, what is moved, what is refused. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { float32Twin, randomModel, smallShape } from '../fixtures/model-gguf.js';
import type { ModelShape } from '../fixtures/model-gguf.js';
import { fixtureModel, nativeAddon } from '../native/addons.js';
import { emulatedFolder, emulationRuns, onEmulatedGpu } from './kernel-check.js';
import { buildModelCheck, complaints, runModel } from './model-check.js';
import type { Traffic } from './model-check.js';

/** Differences of logits, as a share of the largest. */
const floats = 1e-4,
  quantised = 1e-2;

const smallest = fixtureModel('tiny-lite-q4_k_m.gguf');

/** A prompt that is decompressed, and decoding: once for each kind of model and weights. */
const others = [
  'tiny-lite-q8_0',
  'tiny-lite-old-q8_0',
  'tiny-v2-q8_0',
  'tiny-v3-q8_0',
  'tiny-v3-q4_k_m',
];

/** What the kernels take of attention; nothing else is whole sixteens, or whole blocks. */
const oddShape: ModelShape = { ...smallShape, kvLoraRank: 48, nope: 16, rope: 16, value: 32 };

const oddShapes: Readonly<Record<string, ModelShape>> = {
  'one layer of everything odd': { ...oddShape, heads: 3, hidden: 37, expertFf: 13 },
  'low-rank queries, three groups of experts, no shared ones': {
    ...oddShape,
    heads: 5,
    qLoraRank: 11,
    sharedExperts: 0,
    experts: 9,
    expertsUsed: 3,
    groups: 3,
    groupsUsed: 2,
    sigmoid: true,
    bias: true,
    normalize: true,
    scale: 2.5,
  },
  'dense layers only': {
    ...oddShape,
    layers: 3,
    leadingDense: 3,
    experts: 0,
    expertsUsed: 0,
    yarn: false,
    tiedHead: true,
  },
};

const settings = ['early', 'late'].flatMap((landing) =>
  ['forward', 'reverse', 'random', 'greedy'].map((order) => `order=${order},landing=${landing}`),
);

/** Two at a time: what `check` says of each item, joined. */
async function inPairs<Item>(
  items: readonly Item[],
  check: (item: Item) => Promise<readonly string[]>,
): Promise<string[]> {
  const waiting = [...items];
  const said: string[] = [];
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
      said.push(...(await check(item)));
  };
  await Promise.all([work(), work()]);
  return said;
}

const labelled = (label: string, lines: readonly string[]) =>
  lines.map((line) => `${label}: ${line}`);

(emulationRuns ? describe : describe.skip)('models on the emulated device', function () {
  this.timeout(600_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-cuda-models-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, bytes: Uint8Array): string => {
    const file = path.join(folder, `${name}.gguf`);
    writeFileSync(file, bytes);
    return file;
  };
  const run = (file: string, options: readonly string[] = [], ...scenarios: readonly string[]) =>
    runModel(emulatedFolder, '', file, options, ...scenarios);

  it('answer as the reference in every kind of pass', async () => {
    const result = await run(smallest);
    assert.deepEqual(complaints(result, quantised), []);
    assert.ok(result.results.length >= 14);
  });

  it('answer as the reference, whatever the weights', async () => {
    const wrong = await inPairs(others, async (name) => {
      const result = await run(fixtureModel(`${name}.gguf`), [], 'brief', 'forked', 'traffic');
      return labelled(name, complaints(result, quantised));
    });
    assert.deepEqual(wrong, []);
  });

  it('answer as the reference within 1e-4 with weights of float32', async () => {
    const names = ['tiny-lite-q8_0', 'tiny-v2-q8_0', 'tiny-v3-q4_k_m'];
    const wrong = await inPairs(names, async (name) => {
      const twin = float32Twin(nativeAddon().openModelFile(fixtureModel(`${name}.gguf`)));
      const result = await run(write(name, twin), [], 'brief', 'traffic');
      return labelled(name, complaints(result, floats));
    });
    assert.deepEqual(wrong, []);
  });

  it('answer as the reference in odd shapes', async () => {
    const wrong = await inPairs(Object.entries(oddShapes), async ([name, shape]) => {
      const result = await run(write(name, randomModel(shape)));
      return labelled(name, complaints(result, floats));
    });
    assert.deepEqual(wrong, []);
  });

  it('take prompts in chunks whose choices of experts can be sorted at once', async () => {
    const shape = { ...smallShape, experts: 16, expertsUsed: 9, contextLength: 4096 };
    const file = write('chunks', randomModel(shape));
    const scratch = (chunk: number) =>
      onEmulatedGpu(() => {
        const options = { device: 'cuda', chunk, contextLength: 4096 } as const;
        return nativeAddon().planCuda(file, options).scratchBytes;
      });
    const most = Math.floor(32_768 / 9);
    assert.equal(await scratch(4096), await scratch(most));
    assert.ok((await scratch(most)) > (await scratch(most - 100)));
  });

  it('answer as the reference over a cache of halves, and with experts on the host', async () => {
    const hybrid = ['brief', 'interrupted', 'interleaved', 'kept logits', 'moving experts'];
    const ways = [
      ['cache=f16', ['brief', 'resumed', 'traffic']],
      ['slots=0', hybrid],
      ['slots=3', hybrid],
    ] as const;
    const wrong = await inPairs(ways, async ([option, scenarios]) => {
      const result = await run(smallest, [option], ...scenarios);
      if (option !== 'cache=f16') assert.equal(`slots=${result.load.slots}`, option);
      return labelled(option, complaints(result, quantised));
    });
    assert.deepEqual(wrong, []);
  });

  it('answer with the same bits in every order of threads and landing of copies', async () => {
    const errors: number[][] = [];
    const wrong = await inPairs(settings, async (each) => {
      const result = await runModel(emulatedFolder, each, smallest, [], 'brief');
      errors.push(result.results.map(({ error }) => error));
      return labelled(each, complaints(result, quantised));
    });
    assert.deepEqual(wrong, []);
    for (const error of errors) assert.deepEqual(error, errors[0]);
  });

  for (const [build, each] of [
    ['address', 'order=random,landing=late'],
    ['thread', 'landing=early'],
  ] as const)
    it(`break no rule that a sanitizer sees: ${build}, ${each}`, async () => {
      const result = await runModel(await buildModelCheck(build), each, smallest, [], 'brief');
      assert.deepEqual(complaints(result, quantised), []);
    });

  it('decode a token with one launch of a graph, and read little but what it must', async () => {
    const { results } = await run(fixtureModel('tiny-lite-q8_0.gguf'), [], 'traffic');
    const traffic = results[0] as Traffic;
    const kernels = Object.values(traffic.kernels);
    const sum = (key: 'distinctBytesRead' | 'bytesWritten') =>
      kernels.reduce((bytes, kernel) => bytes + kernel[key], 0);
    const { leastWeights, leastCacheRead, leastCacheWritten } = traffic;
    const least = leastWeights + leastCacheRead + leastCacheWritten;
    const moved = sum('distinctBytesRead') + sum('bytesWritten');
    assert.equal(traffic.graphLaunches, 1);
    assert.ok(moved <= 1.1 * least, `${moved} of at least ${least} bytes`);
  });

  it('leave experts to the host where the device has little memory, and say so where it has too little', async () => {
    const loaded = async (kibibytes: number) => {
      const { load } = await runModel(emulatedFolder, `memory=${kibibytes}k`, smallest, [], 'none');
      return load.slots ?? 0;
    };
    let kibibytes = 8000;
    while ((await loaded(kibibytes)) === 0) kibibytes += 300;
    const shared = await runModel(emulatedFolder, `memory=${kibibytes}k`, smallest, [], 'brief');
    assert.deepEqual(complaints(shared, quantised), []);
    assert.ok(shared.load.slots! < 8, `${shared.load.slots} slots`);
    const refused = await runModel(emulatedFolder, 'memory=4m', smallest, [], 'brief');
    assert.equal(refused.load.code, 'out-of-memory');
    assert.match(refused.load.failure, /needs \d+ MiB .* and \d+ MiB are free/);
    assert.equal(refused.end?.left, 0);
  });

  for (const allocation of [1, 7, 100])
    it(`give everything back where allocation ${allocation} finds no memory`, async () => {
      const settings = `fail_allocation=${allocation}`;
      const { load, end } = await runModel(emulatedFolder, settings, smallest, [], 'brief');
      assert.equal(load.code, 'out-of-memory');
      assert.equal(end?.left, 0);
    });

  it('are refused where their attention has a shape that no kernel takes', async () => {
    const { load, end } = await run(write('small', randomModel(smallShape)), [], 'brief');
    assert.equal(load.code, 'unsupported');
    assert.equal(end?.left, 0);
  });

  it('end a pass with the loss of the device', async () => {
    const { results } = await runModel(emulatedFolder, 'lose_launch=40', smallest, [], 'brief');
    assert.equal(results[0]?.code, 'device-lost');
  });
});
