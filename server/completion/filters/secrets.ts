import { REDACTED } from '../../provenance/redact.js';
import { findSecrets } from '../../provenance/secrets/find-secrets.js';
import type { Hole } from '../hole.js';
import type { Filter } from './filter.js';

/** How much of the line before the cursor is looked at for a name such as `password`, UTF-16 units. */
const NAME_UNITS = 200;

/**
 * Ends a text in front of a secret that the model has made up or remembers, and in front of what stands in the prompt for
 * one: to write that into a document would only puzzle people.
 */
export const secrets: Filter = {
  keep: (text, { hole }) => Math.min(placeholderAt(text, hole), secretAt(text, hole)),
  settled: (text, { hole }) =>
    Math.min(
      placeholderAt(text, hole),
      // At the end of a line, more is a secret than within.
      secretAt(`${text}\n`, hole),
      text.search(unfinished),
    ),
  ended: (text, { hole }) => placeholderAt(text, hole) < text.length,
};

/** The last stretch of a text, if it may become a secret or a placeholder as it goes on. */
const unfinished = /\[?[^\s"'`(){}[\]<>$|\\]*$/;

function placeholderAt(text: string, { prefix, suffix }: Hole): number {
  const at = text.indexOf(REDACTED);
  if (at < 0) return text.length;
  // A document that has the word itself may have it again.
  return prefix.includes(REDACTED) || suffix.includes(REDACTED) ? text.length : at;
}

function secretAt(text: string, { linePrefix }: Hole): number {
  const before = linePrefix.slice(-NAME_UNITS);
  const found = findSecrets(before + text).find(({ end }) => end > before.length);
  return found ? Math.max(0, found.start - before.length) : text.length;
}
