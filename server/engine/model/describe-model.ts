/** What the server needs to know of a model file before, and while, it runs. */

import type { NativeModelFile } from '../native/addon.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { chatSupport, type ChatSupport } from './chat-support.js';
import { fimSupport, type FimSupport } from './fim-support.js';
import { identify } from './identify.js';
import { loadTokenizer } from './load-tokenizer.js';
import { Metadata } from './metadata.js';
import { bannedTokens, endTokens, findSpecialTokens, type SpecialTokenIds } from './special-tokens.js';
import { readVocabulary } from './vocabulary.js';

export interface ModelDescription {
  /** The model's own name, or its file name without extension. */
  readonly name: string;
  /** GGUF's name of the architecture, e.g. `deepseek2`. */
  readonly architecture: string;
  /** Tokens it was trained for. */
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly fim: FimSupport;
  readonly chat: ChatSupport;
  /** `Sampling.copy` that suits it, where its file says so. */
  readonly copy: number | undefined;
  /** `GenerateOptions.beam` that suits it, where its file says so. */
  readonly beam: number | undefined;
  readonly special: SpecialTokenIds;
  readonly endTokens: Int32Array;
  readonly bannedTokens: Int32Array;
  readonly tokenizer: Tokenizer;
  /** The id of a control token by its name. */
  controlToken(name: string): number | undefined;
}

/** @throws EngineError that names the missing or wrong key, and says what to do. */
export function describeModel(file: NativeModelFile): ModelDescription {
  const metadata = new Metadata(file);
  const { name, architecture, contextLength } = identify(metadata);
  const template = metadata.string('tokenizer.chat_template') !== undefined;
  const vocabulary = readVocabulary(metadata);
  const special = findSpecialTokens(metadata, vocabulary);
  const end = endTokens(metadata, vocabulary, special);
  return {
    name,
    architecture,
    contextLength,
    vocabularySize: vocabulary.size,
    fim: fimSupport(metadata, name, special, template),
    copy: copyShare(metadata),
    beam: beamWidth(metadata),
    chat: chatSupport(metadata, name, vocabulary, special),
    special,
    endTokens: end,
    bannedTokens: bannedTokens(vocabulary, end),
    tokenizer: loadTokenizer(metadata, vocabulary),
    controlToken: (token) => {
      const id = vocabulary.idOf(token);
      return id !== undefined && vocabulary.kindOf(id) === 'control' ? id : undefined;
    },
  };
}

function beamWidth(metadata: Metadata): number | undefined {
  const key = 'lacuna.sampling.beam';
  const width = metadata.number(key);
  if (width === undefined || (Number.isInteger(width) && width >= 1 && width <= 6)) return width;
  throw metadata.error(`its ${key} is ${width}, not a whole number from 1 to 6`);
}

/** What was measured to suit a model belongs to its file. */
function copyShare(metadata: Metadata): number | undefined {
  const key = 'lacuna.sampling.copy';
  const share = metadata.number(key);
  if (share === undefined || (share >= 0 && share < 1)) return share;
  throw metadata.error(`its ${key} is ${share}, not at least 0 and below 1`);
}
