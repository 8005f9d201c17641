/** The vocabulary of a model file: every token's text and kind, by id. */

import { looksLikeControl } from '../tokenizer/added-tokens.js';
import type { Metadata } from './metadata.js';

/** `word`: made by merges. `added`: cut out of raw text. `control`: never text. `unused`: no meaning. */
export type TokenKind = 'word' | 'added' | 'control' | 'unused';

/** The values of `tokenizer.ggml.token_type` that are not ordinary words. */
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

export class Vocabulary {
  private readonly ids: ReadonlyMap<string, number>;

  constructor(
    readonly tokens: readonly string[],
    private readonly types: readonly number[] | undefined,
  ) {
    this.ids = new Map(tokens.map((token, id) => [token, id]));
  }

  get size(): number {
    return this.tokens.length;
  }

  /** `undefined` where the vocabulary has no such token. */
  idOf(token: string): number | undefined {
    return this.ids.get(token);
  }

  /** What looks like a control token is one: many files give the FIM tokens another type. */
  kindOf(id: number): TokenKind {
    const type = this.types?.[id];
    if (type === UNUSED) return 'unused';
    if (type === CONTROL || looksLikeControl(this.tokens[id] ?? '')) return 'control';
    return type === USER_DEFINED ? 'added' : 'word';
  }

  /** Whether two ids have the same text, which no usable vocabulary has. */
  get ambiguous(): boolean {
    return this.ids.size < this.tokens.length;
  }
}

/** Reads `tokenizer.ggml.tokens` and `token_type`. @throws EngineError if they are missing or do not fit. */
export function readVocabulary(metadata: Metadata): Vocabulary {
  const key = 'tokenizer.ggml.tokens';
  const tokens = metadata.require(key, metadata.strings(key));
  const types = metadata.counts('tokenizer.ggml.token_type');
  if (tokens.length === 0) throw metadata.error('its vocabulary is empty');
  if (types && types.length !== tokens.length) {
    throw metadata.error(`it has ${tokens.length} tokens, but types for ${types.length}`);
  }
  const vocabulary = new Vocabulary(tokens, types);
  if (vocabulary.ambiguous) throw metadata.error('two of its tokens have the same text');
  return vocabulary;
}
