/** Which id each special token of a model has. */

import type { SpecialToken } from '../contract.js';
import type { Metadata } from './metadata.js';
import type { Vocabulary } from './vocabulary.js';

export type SpecialTokenIds = Readonly<Partial<Record<SpecialToken, number>>>;

/** The key that gives a role's id, and the texts that older files are searched for where it is missing. */
interface Role {
  readonly key: string;
  readonly texts: readonly string[];
}

// The bars are U+FF5C and the low lines U+2581. DeepSeek's own names are begin, hole and end.
const ROLES: Readonly<Record<SpecialToken, Role>> = {
  bos: { key: 'tokenizer.ggml.bos_token_id', texts: ['<｜begin▁of▁sentence｜>'] },
  eos: { key: 'tokenizer.ggml.eos_token_id', texts: ['<｜end▁of▁sentence｜>'] },
  fimPrefix: { key: 'tokenizer.ggml.fim_pre_token_id', texts: ['<｜fim▁begin｜>'] },
  fimSuffix: { key: 'tokenizer.ggml.fim_suf_token_id', texts: ['<｜fim▁hole｜>'] },
  fimMiddle: { key: 'tokenizer.ggml.fim_mid_token_id', texts: ['<｜fim▁end｜>'] },
  fimSuffixFirst: { key: 'lacuna.fim.spm_token_id', texts: ['<｜fim▁suffix▁first｜>'] },
};

/** Further tokens that end an answer, where a model has them. */
const END_KEYS = ['tokenizer.ggml.eot_token_id', 'tokenizer.ggml.eom_token_id'];
const END_TEXTS = ['<|EOT|>', '<｜end▁of▁sentence｜>'];

/** Roles the model has no token for are left out. @throws EngineError for an id outside the vocabulary. */
export function findSpecialTokens(metadata: Metadata, vocabulary: Vocabulary): SpecialTokenIds {
  const ids: Partial<Record<SpecialToken, number>> = {};
  for (const [name, role] of Object.entries(ROLES) as [SpecialToken, Role][]) {
    const id = tokenId(metadata, vocabulary, role.key) ?? firstOf(vocabulary, role.texts);
    if (id !== undefined) ids[name] = id;
  }
  return ids;
}

/**
 * The tokens at which an answer ends: the model's own end tokens, and every FIM marker, since a model that
 * writes one has left the hole it was asked to fill.
 */
export function endTokens(
  metadata: Metadata,
  vocabulary: Vocabulary,
  special: SpecialTokenIds,
): Int32Array {
  const { eos, fimPrefix, fimSuffix, fimMiddle, fimSuffixFirst } = special;
  const ids = [
    ...[eos, fimPrefix, fimSuffix, fimMiddle, fimSuffixFirst],
    ...END_KEYS.map((key) => tokenId(metadata, vocabulary, key)),
    ...END_TEXTS.map((text) => vocabulary.idOf(text)),
  ];
  return sorted(ids.filter((id) => id !== undefined));
}

/** The tokens an answer never holds: control tokens that do not end it, and ids without a meaning. */
export function bannedTokens(vocabulary: Vocabulary, end: Int32Array): Int32Array {
  const ending = new Set(end);
  const ids = vocabulary.tokens.map((_, id) => id);
  return sorted(
    ids.filter((id) => {
      const kind = vocabulary.kindOf(id);
      return kind === 'unused' || (kind === 'control' && !ending.has(id));
    }),
  );
}

function tokenId(metadata: Metadata, vocabulary: Vocabulary, key: string): number | undefined {
  const id = metadata.count(key);
  if (id !== undefined && id >= vocabulary.size) {
    throw metadata.error(`its ${key} is ${id}, but it has only ${vocabulary.size} tokens`);
  }
  return id;
}

function firstOf(vocabulary: Vocabulary, texts: readonly string[]): number | undefined {
  return texts.map((text) => vocabulary.idOf(text)).find((id) => id !== undefined);
}

function sorted(ids: Iterable<number>): Int32Array {
  return Int32Array.from(new Set(ids)).sort();
}
