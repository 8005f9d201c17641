/** What somebody who picks a model wants to know of a file: read from its header, without its tokenizer or weights. */

import type { NativeModelFile } from '../native/addon.js';
import { chatSupport } from './chat-support.js';
import { fimSupport, type FimSupport } from './fim-support.js';
import { ENGINE_ARCHITECTURE, identify, type ModelIdentity } from './identify.js';
import { Metadata } from './metadata.js';
import { findSpecialTokens } from './special-tokens.js';
import { readVocabulary } from './vocabulary.js';

export interface ModelSummary extends ModelIdentity {
  readonly fim: FimSupport;
  /** Whether it was trained to answer, and says how to be asked. */
  readonly chats: boolean;
  /** The type that most of its bytes have. */
  readonly weightType: string;
  /** Bytes of all weights. */
  readonly weightBytes: number;
  /** Bytes that a token takes in the cache, two a value; of other architectures than the engine's 0. */
  readonly cacheBytesPerToken: number;
}

/** @throws EngineError that names the missing or wrong key, and says what to do. */
export function summarizeModel(file: NativeModelFile): ModelSummary {
  const metadata = new Metadata(file);
  const identity = identify(metadata);
  const vocabulary = readVocabulary(metadata);
  const template = metadata.string('tokenizer.chat_template') !== undefined;
  const special = findSpecialTokens(metadata, vocabulary);
  const types = bytesByType(file);
  const fim = fimSupport(metadata, identity.name, special, template);
  return {
    ...identity,
    fim,
    chats: chatSupport(metadata, identity.name, vocabulary, special).format !== undefined,
    weightType: types[0]?.type ?? 'none',
    weightBytes: types.reduce((sum, { bytes }) => sum + bytes, 0),
    cacheBytesPerToken: cacheBytesPerToken(metadata, identity.architecture),
  };
}

/** How many bytes of weights each type has, most first. */
export function bytesByType(
  file: Pick<NativeModelFile, 'tensors'>,
): readonly { readonly type: string; readonly bytes: number }[] {
  const found = new Map<string, number>();
  for (const { type, bytes } of file.tensors()) found.set(type, (found.get(type) ?? 0) + bytes);
  return [...found]
    .map(([type, bytes]) => ({ type, bytes }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** Multi-head latent attention keeps one latent and one rotary key a layer (DeepSeek-V2, section 2.1). */
function cacheBytesPerToken(metadata: Metadata, architecture: string): number {
  if (architecture !== ENGINE_ARCHITECTURE) return 0;
  const count = (key: string) => metadata.count(`${architecture}.${key}`) ?? 0;
  return 2 * count('block_count') * (count('attention.kv_lora_rank') + count('rope.dimension_count'));
}
