/**
 * Models whose metadata, tensor directory or weights are damaged, loaded and run under AddressSanitizer and
 * UndefinedBehaviorSanitizer: each is refused with a remedy or runs, and none crashes.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeGguf } from '../../fixtures/gguf-writer.js';
import { modelContents, smallShape } from '../../fixtures/model-gguf.js';
import { fixtureModel } from '../addons.js';
import { fieldMutations } from '../format/mutations.js';
import { createRandom } from '../random.js';
import { buildSanitizedTool, checkFiles } from '../sanitized-tool.js';

const v3Shape = {
  ...smallShape, qLoraRank: 3, experts: 8, groups: 4, groupsUsed: 2, sigmoid: true, bias: true, normalize: true, nextn: 1,
};

describe('a damaged model, run under AddressSanitizer and UndefinedBehaviorSanitizer', function () {
  this.timeout(300_000);
  let tool: string;
  let folder: string;
  before(async () => {
    tool = await buildSanitizedTool('model_check');
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-models-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function survive(files: readonly { name: string; bytes: Uint8Array }[]): Promise<number> {
    const paths = files.map(({ bytes }, i) => {
      const file = path.join(folder, `${i}.gguf`);
      writeFileSync(file, bytes);
      return file;
    });
    const verdicts = await checkFiles(tool, paths);
    assert.equal(verdicts.length, files.length);
    let refused = 0;
    for (const [i, { code, message, remedy }] of verdicts.entries()) {
      if (code === 'ok') continue;
      assert.match(code, /^(corrupt|unsupported|not-gguf|out-of-memory)$/, `${files[i]!.name}: ${message}`);
      assert.ok(remedy.length > 0, `${files[i]!.name}: ${message}`);
      refused += 1;
    }
    return refused;
  }

  it('runs every fixture and every shape whole', async () => {
    const fixtures = ['tiny-lite-q8_0', 'tiny-lite-old-q8_0', 'tiny-lite-q4_k_m', 'tiny-v2-q8_0', 'tiny-v3-q4_k_m'];
    const verdicts = await checkFiles(tool, fixtures.map((name) => fixtureModel(`${name}.gguf`)));
    assert.deepEqual(verdicts.map((v) => v.code), fixtures.map(() => 'ok'));
    const shapes = [smallShape, v3Shape, { ...smallShape, leadingDense: 2, experts: 0 }];
    const bytes = shapes.flatMap((shape) => [false, true].map((legacy) => writeGguf(modelContents(shape, legacy)).bytes));
    assert.equal(await survive(bytes.map((b, i) => ({ name: `shape ${i}`, bytes: b }))), 0);
  });

  it('survives absurd hyperparameters and tensor shapes', async () => {
    for (const legacy of [false, true]) {
      const image = writeGguf(modelContents(v3Shape, legacy));
      // The vocabulary's 261 strings are all alike: the tests of the reader damage those.
      const fields = image.fields.filter((f) => !f.name.includes('tokenizer'));
      const mutations = fieldMutations({ ...image, fields });
      const random = createRandom(legacy ? 2 : 1);
      const chosen = mutations.filter((m) => m.name.startsWith('value of') || random.below(8) === 0);
      assert.ok(chosen.length >= 250, `${chosen.length} mutations`);
      assert.ok((await survive(chosen)) > chosen.length / 3);
    }
  });

  it('survives weights that are garbage: infinities, not-a-number, huge values', async () => {
    const contents = modelContents(v3Shape);
    const random = createRandom(3);
    const files = Array.from({ length: 60 }, (_, i) => {
      const tensors = contents.tensors.map((t) => (random.below(4) === 0 ? { ...t, data: random.bytes(t.data.length) } : t));
      return { name: `garbage ${i}`, bytes: writeGguf({ ...contents, tensors }).bytes };
    });
    assert.equal(await survive(files), 0);
  });
});
