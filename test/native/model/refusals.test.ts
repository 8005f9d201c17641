/** Model files that are well-formed GGUF but not a model the engine can run: each refusal names what is wrong. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NativeError } from '../../../server/engine/native/addon.js';
import { modelContents, smallShape } from '../../fixtures/model-gguf.js';
import { writeGguf } from '../../fixtures/gguf-writer.js';
import type { GgufContents, GgufEntry, Scalar } from '../../fixtures/gguf-writer.js';
import { nativeAddon } from '../addons.js';

const good = modelContents(smallShape);

function withValue(key: string, value: Scalar, type?: 'u32' | 'string'): GgufContents {
  const replace = (entry: GgufEntry): GgufEntry =>
    entry.key === key && entry.type !== 'array' ? { ...entry, value } : entry;
  const entries = good.entries.map(replace);
  return { ...good, entries: type === undefined ? entries : [...entries, { key, type, value }] };
}

const without = (key: string): GgufContents => ({ ...good, entries: good.entries.filter((e) => e.key !== key) });
const withoutTensor = (name: string): GgufContents => ({ ...good, tensors: good.tensors.filter((t) => t.name !== name) });

const refusals: readonly [what: string, contents: GgufContents, message: RegExp][] = [
  ['another architecture', withValue('general.architecture', 'llama'), /architecture 'llama'.*'deepseek2'/],
  ['one part of several', withValue('split.count', 3, 'u32'), /one of 3 parts/],
  ['a missing width', without('deepseek2.embedding_length'), /embedding_length is missing/],
  ['no layers', withValue('deepseek2.block_count', 0), /block_count is 0/],
  ['four billion layers', withValue('deepseek2.block_count', 4294967295), /block_count is 4294967295/],
  ['more layers than tensors', withValue('deepseek2.block_count', 9), /blk\.2\.attn_norm\.weight is missing/],
  ['a missing tensor', withoutTensor('blk.1.ffn_down_exps.weight'), /blk\.1\.ffn_down_exps\.weight is missing/],
  ['a tensor of another shape', withValue('deepseek2.attention.head_count', 3), /attn_q\.weight has shape \[20, 18, 1, 1\] instead of \[20, 27\]/],
  ['more experts used than there are', withValue('deepseek2.expert_used_count', 5), /expert_used_count is 5/],
  ['groups that do not divide the experts', withValue('deepseek2.expert_group_count', 3), /4 experts in 3 groups/],
  ['a rotation wider than the head', withValue('deepseek2.rope.dimension_count', 64), /cannot hold 64 rotated/],
  ['an odd rotation', withValue('deepseek2.rope.dimension_count', 3), /cannot hold 3 rotated/],
  ['a norm that is not a number', withValue('deepseek2.attention.layer_norm_rms_epsilon', NaN), /epsilon is .*nan/i],
  ['positions scaled another way', withValue('deepseek2.rope.scaling.type', 'linear'), /'linear'/],
  ['a tokenizer of another kind', withValue('tokenizer.ggml.model', 'llama'), /kind 'llama'/],
  ['a vocabulary of another size', without('tokenizer.ggml.tokens'), /tokens has 0 entries for an embedding of 261/],
];

describe('a model is refused', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-refusals-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const load = async (contents: GgufContents): Promise<void> => {
    const file = path.join(folder, 'model.gguf');
    writeFileSync(file, writeGguf(contents).bytes);
    const engine = await nativeAddon().loadEngine(file, {});
    await engine.close();
  };

  it('never, when it is sound', async () => {
    await load(good);
  });

  for (const [what, contents, message] of refusals) {
    it(`for ${what}`, async () => {
      await assert.rejects(load(contents), (error: NativeError) => {
        assert.match(error.message, message);
        assert.match(error.code, /^(corrupt|unsupported)$/);
        assert.ok(error.remedy.length > 20);
        return true;
      });
    });
  }

  for (const [what, options, message] of [
    ['too many threads', { threads: 300 }, /`threads`/],
    ['a chunk of nothing', { chunk: 0 }, /chunk/],
    ['a negative context', { contextLength: -1 }, /`contextLength`/],
    ['an unknown path', { cpuPath: 'sse' as 'auto' }, /'sse'/],
  ] as const) {
    it(`for ${what} in the options`, async () => {
      const file = path.join(folder, 'model.gguf');
      writeFileSync(file, writeGguf(good).bytes);
      await assert.rejects(
        async () => nativeAddon().loadEngine(file, options),
        (error: NativeError) => error.code === 'invalid-argument' && message.test(error.message),
      );
    });
  }
});
