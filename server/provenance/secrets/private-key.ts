import type { Span } from './high-entropy.js';

const begin = /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;
/** What may stand around a line of the key where it is written inside code: comment signs, quotes, `\n`, `+`. */
const bodyLine = /^[\s"'`+,#*;/|]*(?:\\[rn])?[A-Za-z0-9+/=]*(?:\\[rn]|["'`+,;\s\\])*$/;
const header = /^[\s"'`#*/]*(?:Proc-Type|DEK-Info|Version|Comment|Hash): /;
/** Longest line that belongs to a key; UTF-16 units. */
const LONGEST_LINE = 200;

/** The bodies of private keys in PEM form, also where a key was cut off or is one long string with `\n` in it. */
export function privateKeySpans(text: string): Span[] {
  if (!text.includes('PRIVATE KEY')) return [];
  const spans: Span[] = [];
  for (const match of text.matchAll(begin)) {
    const start = match.index + match[0].length;
    const end = bodyEnd(text, start);
    if (/[A-Za-z0-9+/=]{16}/.test(text.slice(start, end))) spans.push({ start, end });
  }
  return spans;
}

/** Behind the last line that can be part of the key. */
function bodyEnd(text: string, start: number): number {
  const sameLine = /^(?:\\[rn]|[A-Za-z0-9+/=: ,]|-(?!----))*/.exec(
    text.slice(start, start + 20_000),
  );
  const behind = start + (sameLine?.[0].length ?? 0);
  let end = behind;
  for (let at = text.indexOf('\n', start); at >= 0 && at - end <= LONGEST_LINE;) {
    const next = text.indexOf('\n', at + 1);
    const line = text.slice(at + 1, Math.min(next < 0 ? text.length : next, at + 1 + LONGEST_LINE));
    const closing = line.indexOf('-----END');
    if (closing >= 0) return Math.max(end, at + 1 + closing);
    if (!bodyLine.test(line) && !header.test(line)) break;
    end = at + 1 + line.length;
    at = next;
  }
  return end;
}
