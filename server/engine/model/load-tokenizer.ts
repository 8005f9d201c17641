/** The tokenizer of a model file: a whole tokenizer.json where it carries one, otherwise from its own lists. */

import type { Metadata } from './metadata.js';
import type { Vocabulary } from './vocabulary.js';
import { PRE_TOKENIZERS, preTokenizerJson, type PreTokenizerRule } from '../tokenizer/pre-tokenizers.js';
import { parseTokenizerJson, tokenizerFromJson, TokenizerJsonError, type TokenizerJson } from '../tokenizer/tokenizer-json.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';

const JSON_KEY = 'tokenizer.huggingface.json';

/** @throws EngineError that says what is missing or unknown, and what to do. */
export function loadTokenizer(metadata: Metadata, vocabulary: Vocabulary): Tokenizer {
  const whole = metadata.string(JSON_KEY);
  if (whole !== undefined) return fromWholeJson(metadata, vocabulary, whole);
  const rule = preTokenizerRule(metadata);
  return guarded(metadata, () =>
    tokenizerFromJson(tokenizerJson(metadata, vocabulary, rule), rule.safeCut),
  );
}

function fromWholeJson(metadata: Metadata, vocabulary: Vocabulary, text: string): Tokenizer {
  return guarded(metadata, () => {
    const json = parseTokenizerJson(text);
    const ids = [
      ...Object.entries(json.model.vocab),
      ...json.added_tokens.map((token) => [token.content, token.id] as const),
    ];
    for (const [token, id] of ids) {
      if (vocabulary.tokens[id] === token) continue;
      throw new TokenizerJsonError(
        `it gives ${JSON.stringify(token)} the id ${id}, which tokenizer.ggml.tokens does not`,
      );
    }
    return tokenizerFromJson(json);
  });
}

function preTokenizerRule(metadata: Metadata): PreTokenizerRule {
  const model = metadata.string('tokenizer.ggml.model');
  if (model !== 'gpt2') {
    throw metadata.error(
      `its tokenizer is ${model === undefined ? 'not named' : `"${model}"`}, not byte-level BPE ("gpt2")`,
    );
  }
  const key = 'tokenizer.ggml.pre';
  const pre = metadata.string(key);
  const rule =
    pre !== undefined && Object.hasOwn(PRE_TOKENIZERS, pre) ? PRE_TOKENIZERS[pre] : undefined;
  if (rule) return rule;
  const known = Object.keys(PRE_TOKENIZERS).join(', ');
  throw metadata.error(
    pre === undefined ? `it has no ${key}` : `its pre-tokenizer "${pre}" is not known`,
    `Known are ${known}. Use a DeepSeek model whose ${key} is one of them, or convert the model again ` +
      `with a newer convert_hf_to_gguf.py.`,
  );
}

/** The lists of a GGUF file in the words of a tokenizer.json. @throws EngineError without merges. */
export function tokenizerJson(metadata: Metadata, vocabulary: Vocabulary, rule: PreTokenizerRule): TokenizerJson {
  const key = 'tokenizer.ggml.merges';
  const merges = metadata.require(key, metadata.strings(key));
  const entries = vocabulary.tokens.map((token, id) => ({
    token,
    id,
    kind: vocabulary.kindOf(id),
  }));
  const words = entries.filter(({ kind }) => kind === 'word' || kind === 'added');
  const added = entries.filter(({ kind }) => kind === 'added' || kind === 'control');
  return {
    added_tokens: added.map(({ token, id, kind }) => ({
      id,
      content: token,
      special: kind === 'control',
    })),
    pre_tokenizer: preTokenizerJson(rule),
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      // fromEntries defines each key, so that a token called "__proto__" is a token like any other.
      vocab: Object.fromEntries(words.map(({ token, id }) => [token, id])),
      merges,
    },
  };
}

function guarded(metadata: Metadata, make: () => Tokenizer): Tokenizer {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw metadata.error(`its tokenizer is broken: ${reason}`, undefined, error);
  }
}
