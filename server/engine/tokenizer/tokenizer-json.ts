/**
 * A Hugging Face tokenizer.json, as found whole in some model files, or made up from a GGUF's own lists. Only
 * what byte-level BPE needs is accepted; everything else is refused rather than silently left out.
 */

import { looksLikeControl, type AddedToken } from './added-tokens.js';
import { BYTE_CHARACTERS, UTF8_BYTES } from './byte-level.js';
import { createLibraryTokenizer } from './huggingface.js';
import { Tokenizer } from './tokenizer.js';

interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
  readonly single_word?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
}

export interface TokenizerJson {
  readonly normalizer?: { readonly type: string; readonly normalizers?: unknown[] } | null;
  readonly pre_tokenizer: unknown;
  readonly post_processor?: unknown;
  readonly decoder: unknown;
  readonly added_tokens: readonly AddedTokenJson[];
  readonly model: {
    readonly type: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | readonly [string, string])[];
    readonly byte_fallback?: boolean;
    readonly end_of_word_suffix?: string | null;
  };
}

/** Something a tokenizer.json asks for or lacks that makes it unusable; the message says what. */
export class TokenizerJsonError extends Error {}

/** Checks only that all parts are there. @throws TokenizerJsonError that names the first one missing. */
export function parseTokenizerJson(text: string): TokenizerJson {
  let json: Partial<TokenizerJson> | null;
  try {
    json = JSON.parse(text) as Partial<TokenizerJson> | null;
  } catch (error) {
    throw new TokenizerJsonError('tokenizer.json is not JSON', { cause: error });
  }
  const isObject = (value: unknown) => typeof value === 'object' && value !== null;
  const parts: Record<string, boolean> = {
    pre_tokenizer: isObject(json?.pre_tokenizer),
    decoder: isObject(json?.decoder),
    added_tokens: Array.isArray(json?.added_tokens) && json.added_tokens.every(isObject),
    'model.vocab': isObject(json?.model?.vocab),
    'model.merges': Array.isArray(json?.model?.merges),
  };
  const missing = Object.keys(parts).find((part) => !parts[part]);
  if (missing !== undefined) throw new TokenizerJsonError(`tokenizer.json has no ${missing}`);
  return json as TokenizerJson;
}

/** @throws TokenizerJsonError, or whatever the library throws on a pattern it cannot translate. */
export function tokenizerFromJson(json: TokenizerJson, safeCut?: RegExp): Tokenizer {
  check(json);
  const { pre_tokenizer: splitter, model: merger } = createLibraryTokenizer({
    normalizer: null,
    post_processor: null,
    ...json,
    added_tokens: [],
  });
  if (!splitter) throw new TokenizerJsonError('it has no pre-tokenizer');
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(json.model.vocab)) tokens[id] = token;
  const added = json.added_tokens.map(({ id, content, special }): AddedToken => ({
    id,
    content,
    control: special === true || looksLikeControl(content),
  }));
  for (const { id, content } of added) tokens[id] = content;
  return new Tokenizer({ splitter, merger, tokens, added, safeCut });
}

function check(json: TokenizerJson): void {
  const { normalizer, model, added_tokens: added } = json;
  const fail = (reason: string): never => {
    throw new TokenizerJsonError(reason);
  };
  if (normalizer && (normalizer.normalizers?.length ?? 1) > 0) {
    fail(`it normalises text (${normalizer.type}), which would change documents`);
  }
  if (model.type !== 'BPE' || model.byte_fallback || model.end_of_word_suffix) {
    fail(`its model is not byte-level BPE (${model.type})`);
  }
  for (const token of added) {
    if (token.single_word || token.lstrip || token.rstrip) {
      fail(`the added token ${JSON.stringify(token.content)} is bound to the text around it`);
    }
    if (token.content === '') fail('an added token is empty');
  }
  for (const id of [...Object.values(model.vocab), ...added.map((token) => token.id)]) {
    if (!Number.isSafeInteger(id) || id < 0) fail(`a token has the id ${String(id)}`);
  }
  const has = (token: string) => Object.hasOwn(model.vocab, token);
  const missing = UTF8_BYTES.find((byte) => !has(BYTE_CHARACTERS[byte] ?? ''));
  if (missing !== undefined) fail(`it has no token for the byte 0x${missing.toString(16)}`);
  for (const merge of model.merges) {
    const [left, right, more] = typeof merge === 'string' ? merge.split(' ') : merge;
    if (!left || !right || more !== undefined)
      fail(`the merge ${JSON.stringify(merge)} is not a pair`);
    else if (!has(left) || !has(right) || !has(left + right)) {
      fail(`the merge ${JSON.stringify(`${left} ${right}`)} names a token that it does not have`);
    }
  }
}
