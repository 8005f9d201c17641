/** Model files that exist only as metadata, for tests of what reads metadata. */

import type { MetadataValue, NativeModelFile } from '../../server/engine/native/addon.js';
import { BYTE_CHARACTERS } from '../../server/engine/tokenizer/byte-level.js';

export type FakeMetadata = Readonly<Record<string, MetadataValue | undefined>>;

/** Keys with the value `undefined` are missing from the file. */
export function fakeModelFile(metadata: FakeMetadata, path = '/models/fake.gguf'): NativeModelFile {
  return {
    path,
    size: 0,
    version: 3,
    keys: () => Object.keys(metadata).filter((key) => metadata[key] !== undefined),
    get: (key) => metadata[key],
    tensors: () => [],
  };
}

export const FIM_TOKENS = ['<｜fim▁begin｜>', '<｜fim▁hole｜>', '<｜fim▁end｜>'] as const;

/**
 * A complete small model: 256 bytes (ids 0 … 255), then a word for every merge, then BOS, EOS, the FIM
 * tokens, a user-defined `ü` and an unused id. `over` replaces or (with `undefined`) removes keys.
 */
export function smallModel(over: FakeMetadata = {}, merges: readonly string[] = []): FakeMetadata {
  const words = [...BYTE_CHARACTERS, ...merges.map((merge) => merge.replace(' ', ''))];
  // The byte FC never occurs in UTF-8; DeepSeek's own vocabulary has its character as an added token, too.
  words[0xfc] = '[FC]';
  const control = ['<｜begin▁of▁sentence｜>', '<｜end▁of▁sentence｜>', ...FIM_TOKENS];
  const first = words.length;
  return {
    'general.architecture': 'deepseek2',
    'general.name': 'Small Base',
    'deepseek2.context_length': 256,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'deepseek-llm',
    'tokenizer.ggml.tokens': [...words, ...control, 'ü', '[PAD]'],
    'tokenizer.ggml.token_type': [...words.map(() => 1), ...control.map(() => 3), 4, 5],
    'tokenizer.ggml.merges': merges,
    'tokenizer.ggml.bos_token_id': first,
    'tokenizer.ggml.eos_token_id': first + 1,
    'tokenizer.ggml.fim_pre_token_id': first + 2,
    'tokenizer.ggml.fim_suf_token_id': first + 3,
    'tokenizer.ggml.fim_mid_token_id': first + 4,
    ...over,
  };
}
