import type { TokenUsage } from '../../../protocol/index.js';
import { count, t } from './strings.js';

/** What a turn cost, in one line. */
export function usageText({ prompt, resident, generated, tokensPerSecond }: TokenUsage): string {
  return [
    t('{0} tokens', count(generated)),
    t('{0} tokens/s', count(Math.round(tokensPerSecond * 10) / 10)),
    t('prompt {0}, {1} of them cached', count(prompt), count(resident)),
  ].join(' · ');
}

/** How much of what prompt and answer may fill together is full, 0 to 1. */
export function filled({ prompt, generated, context }: TokenUsage): number {
  return context > 0 ? Math.min(1, (prompt + generated) / context) : 0;
}
