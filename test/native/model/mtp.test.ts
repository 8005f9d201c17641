/** The multi-token-prediction module against an independent implementation, and against itself in other forms. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { float32Twin, randomModel, smallShape } from '../../fixtures/model-gguf.js';
import { argmax, assertClose } from '../../support/numbers.js';
import { readNpy } from '../../support/npy.js';
import {
  exactPaths,
  fastPaths,
  fixtureModel,
  nativeAddon,
  packageRoot,
  testingAddon,
  type TestingAddon,
} from '../addons.js';

const tokens = Int32Array.from(
  JSON.parse(readFileSync(fixtureModel('tokens48.json'), 'utf8')) as number[],
);
const model = fixtureModel('tiny-v3-q8_0.gguf');

/**
 * Row i stands behind token i + 1. Computed from the weights, unpacked to float32, by an implementation in float64 that
 * agrees with llama.cpp's module to 6e-6 on the float32 model.
 */
const expected = readNpy(path.join(packageRoot, 'test/fixtures/logits/tiny-v3-q8_0.mtp.npy'));
const width = expected.shape[1]!;

describe('the MTP module', function () {
  this.timeout(60_000);
  const mtpLogits: TestingAddon['mtpLogits'] = (call) => testingAddon().mtpLogits(call);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-mtp-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, bytes: Uint8Array): string => {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };

  for (const cpuPath of exactPaths()) {
    it(`says on ${cpuPath} what an independent implementation says, within 1e-4, and drafts the same tokens`, () => {
      const actual = mtpLogits({ path: cpuPath, model, tokens, prompt: 1, threads: 2 });
      assertClose(actual, expected.data, 1e-4);
      for (let row = 0; row < tokens.length - 1; row++) {
        assert.equal(argmax(actual, row, width), argmax(expected.data, row, width), `row ${row}`);
      }
    });
  }

  it('says the same of a model unpacked to float32', () => {
    const twin = write('twin.gguf', float32Twin(nativeAddon().openModelFile(model), false));
    const call = { path: exactPaths().at(-1)!, model: twin, tokens, prompt: 1, threads: 1 };
    assertClose(mtpLogits(call), expected.data, 1e-4);
  });

  it('says the same where the tokens before went in one pass, from any place on', () => {
    for (const prompt of [2, 17, 40, tokens.length - 1]) {
      const call = { path: exactPaths().at(-1)!, model, tokens, prompt, threads: 1 };
      assertClose(mtpLogits(call), expected.data.subarray((prompt - 1) * width), 1e-4);
    }
  });

  it('catches up with what was computed since it was last asked', () => {
    for (const cpuPath of [exactPaths().at(-1)!, ...fastPaths()]) {
      const call = { path: cpuPath, model, tokens, prompt: 7, threads: 2 };
      const always = mtpLogits(call);
      for (const every of [2, 5, 41]) {
        const seldom = mtpLogits({ ...call, every });
        for (let row = every - 1; row < tokens.length - 7; row += every) {
          const from = row * width;
          const asked = seldom.subarray(from, from + width);
          assert.deepEqual(asked, always.subarray(from, from + width), `${cpuPath}, row ${row}`);
        }
      }
    }
  });

  for (const cpuPath of fastPaths()) {
    it(`drafts on ${cpuPath}, where activations are rounded, mostly the same tokens`, () => {
      const actual = mtpLogits({ path: cpuPath, model, tokens, prompt: 1, threads: 1 });
      const rows = Array.from({ length: tokens.length - 1 }, (_, row) => row);
      const same = rows.filter(
        (row) => argmax(actual, row, width) === argmax(expected.data, row, width),
      );
      assert.ok(same.length >= rows.length / 2, `${same.length} of ${rows.length}`);
    });
  }

  for (const cpuPath of [...exactPaths(), ...fastPaths()].slice(1)) {
    it(`gives the same bits for every number of threads, on ${cpuPath}`, () => {
      const call = { path: cpuPath, model, tokens, prompt: 20 };
      const first = mtpLogits({ ...call, threads: 1 });
      for (const threads of [2, 3, 7]) assert.deepEqual(mtpLogits({ ...call, threads }), first);
    });
  }

  it('agrees between all paths on odd shapes, over several pages, with a tied head', () => {
    const shape = { ...smallShape, tiedHead: true, nextn: 1 };
    const ids = Int32Array.from({ length: 150 }, (_, i) => (i * 61) % 256);
    const odd = write('odd.gguf', randomModel(shape));
    const call = { model: odd, tokens: ids, prompt: 60, threads: 2 };
    const reference = mtpLogits({ ...call, path: 'reference' });
    assert.ok(reference.every(Number.isFinite));
    for (const cpuPath of exactPaths()) {
      assertClose(mtpLogits({ ...call, path: cpuPath }), reference, 1e-4, cpuPath);
    }
  });

  it('is missed by name in a model that has none', () => {
    const none = fixtureModel('tiny-lite-q8_0.gguf');
    assert.throws(
      () => mtpLogits({ path: 'reference', model: none, tokens, prompt: 1, threads: 1 }),
      /no module for drafts/,
    );
  });
});
