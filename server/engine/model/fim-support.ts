/** Whether a model can fill holes, and in which order it wants to be told of them. */

import { basename } from 'node:path';
import type { FimLayout } from '../contract.js';
import type { Metadata } from './metadata.js';
import type { SpecialTokenIds } from './special-tokens.js';

export interface FimSupport {
  readonly layout: FimLayout;
  /** Where `layout` is `none`: why, and which model to use instead. */
  readonly remedy?: string;
}

const USE_INSTEAD =
  'For completion use DeepSeek-Coder-V2-Lite-Base as a GGUF file, or the model that Lacuna brings along.';

/**
 * Judges by what the file says of itself: `lacuna.fim.layout` first, then its tokens, then its name. A chat
 * template alone makes no chat model where the name says Base: DeepSeek's base models carry one, too.
 */
export function fimSupport(
  metadata: Metadata,
  name: string,
  special: SpecialTokenIds,
  chatTemplate: boolean,
): FimSupport {
  const declared = metadata.string('lacuna.fim.layout');
  if (declared !== undefined) return { layout: declaredLayout(metadata, declared, special) };
  const { fimPrefix, fimSuffix, fimMiddle } = special;
  if (fimPrefix === undefined || fimSuffix === undefined || fimMiddle === undefined) {
    return none(`${name} has no fill-in-the-middle tokens.`);
  }
  if (wasTrainedToAnswer(metadata, name, chatTemplate)) {
    return none(`${name} is a chat model: it was not trained to fill holes.`);
  }
  if (isV2With236BParameters(metadata)) {
    return none(`${name} has 236 billion parameters: DeepSeek trained only Lite to fill holes.`);
  }
  return { layout: 'psm' };
}

/** Whether a file says that its model was tuned to follow instructions; by its names, and its template where they are silent. */
export function wasTrainedToAnswer(
  metadata: Metadata,
  name: string,
  chatTemplate: boolean,
): boolean {
  const names = [
    name,
    basename(metadata.path),
    metadata.string('general.basename'),
    metadata.string('general.finetune'),
  ].join(' ');
  const says = (word: string) => new RegExp(`(?<![a-z])(?:${word})(?![a-z])`, 'i').test(names);
  return says('instruct|chat') || (chatTemplate && !says('base'));
}

function declaredLayout(metadata: Metadata, layout: string, special: SpecialTokenIds): FimLayout {
  const { fimPrefix, fimSuffix, fimMiddle, fimSuffixFirst } = special;
  const needed: Record<FimLayout, (number | undefined)[]> = {
    none: [],
    psm: [fimPrefix, fimSuffix, fimMiddle],
    spm: [fimSuffixFirst, fimMiddle],
  };
  if (layout !== 'none' && layout !== 'psm' && layout !== 'spm') {
    throw metadata.error(`its lacuna.fim.layout is "${layout}", not psm, spm or none`);
  }
  if (needed[layout].includes(undefined)) {
    throw metadata.error(`its lacuna.fim.layout is ${layout}, but it lacks tokens for it`);
  }
  return layout;
}

/** DeepSeek-V2, -V2.5 and -Coder-V2 in their full size; V3 differs in both numbers. */
function isV2With236BParameters(metadata: Metadata): boolean {
  return (
    metadata.count('deepseek2.block_count') === 60 &&
    metadata.count('deepseek2.embedding_length') === 5120
  );
}

function none(reason: string): FimSupport {
  return { layout: 'none', remedy: `${reason} ${USE_INSTEAD}` };
}
