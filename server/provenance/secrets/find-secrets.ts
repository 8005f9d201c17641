import { highEntropySpans, type Span } from './high-entropy.js';
import { sequenceRate } from './randomness.js';
import { knownFormats, surroundedFormats } from './known-formats.js';

export type { Span } from './high-entropy.js';

const known = new RegExp(
  `(?<![A-Za-z0-9_-])(?:${knownFormats.map(({ pattern }) => pattern).join('|')})(?![A-Za-z0-9_-])`,
  'g',
);
const surrounded = surroundedFormats.map(({ keyword, pattern }) => ({
  keyword,
  expression: new RegExp(pattern, 'gi'),
}));

/**
 * Where `text` holds secrets that stand on one line: sorted, not overlapping. What stands on other lines has no influence,
 * so lines may be looked at one by one. Takes time in proportion to the length of the text, whatever it holds.
 */
export function findSecrets(text: string): Span[] {
  const spans = highEntropySpans(text);
  for (const { 0: secret, index } of text.matchAll(known))
    if (!isPlaceholder(secret)) spans.push({ start: index, end: index + secret.length });
  const lower = text.toLowerCase();
  for (const { keyword, expression } of surrounded) {
    if (!lower.includes(keyword)) continue;
    for (const match of text.matchAll(expression)) {
      const secret = match[1] ?? '';
      if (isPlaceholder(secret)) continue;
      const start = match.index + match[0].lastIndexOf(secret);
      spans.push({ start, end: start + secret.length });
    }
  }
  return merged(spans);
}

/** Sorted, and one span in place of those that touch. */
export function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && span.start <= last.end)
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else result.push(span);
  }
  return result;
}

/** What documentation writes where a secret would stand. */
function isPlaceholder(secret: string): boolean {
  if (
    /^(?:pass(?:word|wd)?|pwd|pw|secret|token|user|admin|root|guest|test|xxx+|\*+|\.+|%\w+)$/i.test(
      secret,
    )
  )
    return true;
  return sequenceRate(secret) > 0.4 || /(.)\1{7}|EXAMPLE$|(?:your|my)[-_]/i.test(secret);
}
