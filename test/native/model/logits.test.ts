/** Whole models against logits of an independent implementation, and against themselves in other forms. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NativeEngineOptions } from '../../../server/engine/native/addon.js';
import { float32Twin, randomModel, smallShape } from '../../fixtures/model-gguf.js';
import type { ModelShape } from '../../fixtures/model-gguf.js';
import { argmax, assertClose } from '../../support/numbers.js';
import { readNpy } from '../../support/npy.js';
import { exactPaths, fastPaths, fixtureModel, nativeAddon, packageRoot } from '../addons.js';

const tokens = Int32Array.from(
  JSON.parse(readFileSync(fixtureModel('tokens48.json'), 'utf8')) as number[],
);
const longTokens = Int32Array.from(
  JSON.parse(readFileSync(fixtureModel('tokens600.json'), 'utf8')) as number[],
);

/** Models with the logits that llama.cpp computes from their weights, unpacked to float32. */
const fixtures = ['tiny-lite-q8_0', 'tiny-lite-q4_k_m', 'tiny-v2-q8_0', 'tiny-v3-q8_0', 'tiny-v3-q4_k_m'];

async function logitsOf(
  model: string,
  ids: Int32Array,
  chunk: number,
  options: NativeEngineOptions = {},
): Promise<Float32Array> {
  const cpuPath = exactPaths().at(-1)!;
  const engine = await nativeAddon().loadEngine(model, { chunk: 600, cpuPath, ...options });
  try {
    return await engine.logits(ids, chunk);
  } finally {
    await engine.close();
  }
}

describe('logits', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-logits-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, bytes: Uint8Array): string => {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };

  for (const name of fixtures) {
    const expected = readNpy(path.join(packageRoot, 'test/fixtures/logits', `${name}.npy`));
    const width = expected.shape[1]!;

    for (const cpuPath of exactPaths()) {
      it(`of ${name} on ${cpuPath} are those of llama.cpp within 1e-4, and so are the greedy tokens`, async () => {
        const actual = await logitsOf(fixtureModel(`${name}.gguf`), tokens, 48, { cpuPath });
        assertClose(actual, expected.data, 1e-4);
        for (let t = 0; t < tokens.length; t++) {
          assert.equal(argmax(actual, t, width), argmax(expected.data, t, width), `token ${t}`);
        }
      });
    }

    it(`of ${name}, unpacked to float32 in both cache layouts, are those of llama.cpp within 1e-4`, async () => {
      for (const legacy of [false, true]) {
        const twin = float32Twin(nativeAddon().openModelFile(fixtureModel(`${name}.gguf`)), legacy);
        const actual = await logitsOf(write(`${name}-${legacy}.gguf`, twin), tokens, 48);
        assertClose(actual, expected.data, 1e-4, legacy ? 'legacy layout' : 'new layout');
      }
    });
  }

  it('of a legacy file with quantised weights are those of its float32 twin', async () => {
    const file = fixtureModel('tiny-lite-old-q8_0.gguf');
    const twin = write('old-twin.gguf', float32Twin(nativeAddon().openModelFile(file)));
    assertClose(await logitsOf(file, longTokens, 600), await logitsOf(twin, longTokens, 600), 1e-5);
  });

  it('agree in one batch, token by token, and resumed in uneven steps', async () => {
    for (const name of ['tiny-lite-q8_0', 'tiny-v3-q4_k_m']) {
      const model = fixtureModel(`${name}.gguf`);
      const whole = await logitsOf(model, longTokens, 600);
      for (const chunk of [1, 7, 128, 256]) {
        assertClose(await logitsOf(model, longTokens, chunk), whole, 1e-4, `${name}, ${chunk} a step`);
      }
    }
  });

  for (const cpuPath of [...exactPaths(), ...fastPaths()].slice(1)) {
    it(`are the same bits in two runs and for every number of threads, on ${cpuPath}`, async () => {
      const model = fixtureModel('tiny-v3-q4_k_m.gguf');
      const first = await logitsOf(model, longTokens, 100, { cpuPath, threads: 1 });
      for (const threads of [1, 2, 3, 7]) {
        assert.deepEqual(await logitsOf(model, longTokens, 100, { cpuPath, threads }), first);
      }
    });
  }

  const shapes: Record<string, ModelShape> = {
    'one layer of everything odd': smallShape,
    'no shared experts, low-rank queries': { ...smallShape, sharedExperts: 0, qLoraRank: 3 },
    'grouped softmax routing': { ...smallShape, experts: 6, groups: 3, groupsUsed: 2, scale: 16 },
    'sigmoid routing with bias and groups': {
      ...smallShape, experts: 8, groups: 4, groupsUsed: 2, expertsUsed: 3, sigmoid: true, bias: true, normalize: true, scale: 2.5,
    },
    'a dense model without YaRN': { ...smallShape, layers: 3, leadingDense: 3, experts: 0, expertsUsed: 0, yarn: false },
    'a tied head and a nextn layer': { ...smallShape, tiedHead: true, nextn: 1 },
  };
  for (const [what, shape] of Object.entries(shapes)) {
    it(`agree between all paths and both cache layouts: ${what}`, async () => {
      const model = write('odd.gguf', randomModel(shape));
      const legacy = write('odd-legacy.gguf', randomModel(shape, true));
      const ids = Int32Array.from({ length: 150 }, (_, i) => (i * 61) % 256);
      const expected = await logitsOf(model, ids, 150, { cpuPath: 'reference' });
      assert.ok(expected.every(Number.isFinite));
      for (const cpuPath of exactPaths()) {
        for (const chunk of [150, 13]) {
          assertClose(await logitsOf(model, ids, chunk, { cpuPath }), expected, 1e-4, cpuPath);
          assertClose(await logitsOf(legacy, ids, chunk, { cpuPath }), expected, 1e-4, `${cpuPath}, legacy`);
        }
      }
    });
  }
});
