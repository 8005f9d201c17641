/**
 * Secrets of no known form: strings that look random, where a name says that they are secret, or where nothing but a
 * secret looks like that. The thresholds are set so that ordinary code is left alone; `scripts/scan-secrets.mjs` counts.
 */

import { changeRate, entropy, longestWord, sequenceRate } from './randomness.js';

/** A stretch of text, UTF-16 units; `end` is behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A name that says "secret", what assigns to it, and the value in quotes, or bare at the end of a line. */
const named =
  /(?:passw(?:or)?d|passphrase|pwd|secret|token|credentials?|(?:api|access|account|auth|private|encryption|master|signing|shared)[_-]?key)[a-z0-9_-]{0,20}["'`\]]{0,2}[ \t]{0,8}(?::=|=>|=|:|,)[ \t]{0,8}(?:["'`]([^\s"'`]{8,256})["'`]|([^\s"'`,;()]{16,256})(?=[ \t]*$))/gim;

/** A run of base64 characters, between others; not an escape in a URL. */
const run = /(?<![A-Za-z0-9+/_=%-])[A-Za-z0-9+/_-]{32,128}={0,2}(?![A-Za-z0-9+/_=-])/g;

/** What stands before a checksum, which is public: `sha256="`. */
const checksumName = /(?:sha|md)-?[0-9]{1,3}["'`]?[ \t]*[:=]?[ \t]*["'`]?$/i;

/** Every such secret in `text`, in no certain order; spans may overlap. A span never holds a line end. */
export function highEntropySpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(named)) {
    const value = match[1] ?? match[2] ?? '';
    if (!isSecretValue(value)) continue;
    const start = match.index + match[0].lastIndexOf(value);
    spans.push({ start, end: start + value.length });
  }
  for (const { 0: value, index } of text.matchAll(run))
    if (isBareSecret(value) && !checksumName.test(text.slice(Math.max(0, index - 12), index)))
      spans.push({ start: index, end: index + value.length });
  return spans;
}

/** Whether what a secret's name is given can be the secret itself, and no placeholder, expression or word. */
function isSecretValue(value: string): boolean {
  if (!/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return false;
  // Interpolation, calls, member access, markup and paths are code.
  if (/[<>{}()[\]$\\|]|:\/\/|^[.@/]|^\w+(?:[./]\w+)+$/.test(value)) return false;
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return true;
  // Names, as in `token_sha256_to_refresh`.
  if (/^[a-z]*[0-9]*(?:[_-][a-z]*[0-9]*)+$/i.test(value)) return false;
  if (sequenceRate(value) > 0.3 || entropy(value) < 2.8) return false;
  const needed = value.length < 16 ? 0.45 : 0.3;
  // Without capitals, letters drawn at random stand in long runs, too.
  return changeRate(value) >= needed && longestWord(value) <= (/[A-Z]/.test(value) ? 6 : 12);
}

/** Whether a string of base64 characters is a secret, although nothing says so. */
function isBareSecret(value: string): boolean {
  if (!/[0-9].*[0-9]/.test(value) || !/[A-Z]/.test(value) || !/[a-z]/.test(value)) return false;
  // Checksums, hashes and addresses are public; so is JSON, which begins like this in base64.
  if (/^(?:sha|md)[0-9]{1,3}[-_]|[0-9a-f]{20}|0x[0-9a-f]{16}|^eyJ/i.test(value)) return false;
  // Half of random base64 has a slash or a plus; paths and joined words have many separators.
  const separators = value.match(/[+/_-]/g)?.length ?? 0;
  if (separators > value.length / 10) return false;
  return (
    entropy(value) >= 4.2 &&
    changeRate(value) >= 0.45 &&
    sequenceRate(value) < 0.15 &&
    longestWord(value) <= 7
  );
}
