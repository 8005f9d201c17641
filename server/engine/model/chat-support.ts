/** Whether a model can be talked to, and how. */

import type { ChatFormat } from '../contract.js';
import { wasTrainedToAnswer } from './fim-support.js';
import type { Metadata } from './metadata.js';
import type { SpecialTokenIds } from './special-tokens.js';
import type { Vocabulary } from './vocabulary.js';

/** A format, or why there is none and which model to use instead. */
export type ChatSupport =
  | { readonly format: ChatFormat; readonly remedy?: never }
  | { readonly format?: never; readonly remedy: string };

const USE_INSTEAD = 'For chat use DeepSeek-Coder-V2-Lite-Instruct as a GGUF file.';

/**
 * A model can be talked to if its file has a template and says nowhere that it was only pre-trained: DeepSeek's base models
 * carry a template, too.
 */
export function chatSupport(
  metadata: Metadata,
  name: string,
  vocabulary: Vocabulary,
  special: SpecialTokenIds,
): ChatSupport {
  const template = metadata.string('tokenizer.chat_template');
  if (template === undefined) return no(`${name} has no chat template: it only completes.`);
  if (metadata.string('lacuna.fim.layout') !== undefined || !wasTrainedToAnswer(metadata, name, true))
    return no(`${name} is a base model: it was not trained to answer.`);
  const { bos, eos } = special;
  const text = (id: number | undefined) => (id === undefined ? '' : (vocabulary.tokens[id] ?? ''));
  const controlTokens = vocabulary.tokens.filter((_, id) => vocabulary.kindOf(id) === 'control');
  return { format: { template, bosToken: text(bos), eosToken: text(eos), controlTokens } };
}

function no(reason: string): ChatSupport {
  return { remedy: `${reason} ${USE_INSTEAD}` };
}
