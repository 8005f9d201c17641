import { findSecrets, merged, type Span } from './secrets/find-secrets.js';
import { privateKeySpans } from './secrets/private-key.js';

/** What stands in a prompt for a secret. */
export const REDACTED = '[redacted]';

/** A document cut at the cursor. */
export interface HoleText {
  readonly prefix: string;
  readonly suffix: string;
}

export interface RedactedHole extends HoleText {
  /** How many secrets were replaced. */
  readonly redactions: number;
  /** Whether the cursor stands in one of them, or right behind. */
  readonly insideSecret: boolean;
}

export interface RedactedText {
  readonly text: string;
  readonly redactions: number;
}

/** `text` with every secret replaced. */
export function redactText(text: string): RedactedText {
  const spans = merged([...findSecrets(text), ...privateKeySpans(text)]);
  return { text: replaced(text, spans, 0, text.length), redactions: spans.length };
}

/** Secrets of the lines before and after the cursor's, as the last redaction of a document found them. */
export interface KnownLines {
  readonly head: string;
  readonly headSpans: readonly Span[];
  readonly tail: string;
  readonly tailSpans: readonly Span[];
}

const nothingKnown: KnownLines = { head: '', headSpans: [], tail: '', tailSpans: [] };

/**
 * The document around the cursor with every secret replaced, also one that the cursor stands in. With `known`, which came
 * of the same document before, only lines that are not in it are searched; what comes out is the same.
 */
export function redactHole(
  { prefix, suffix }: HoleText,
  known: KnownLines = nothingKnown,
): { readonly hole: RedactedHole; readonly known: KnownLines } {
  const head = prefix.slice(0, prefix.lastIndexOf('\n') + 1);
  const lineEnd = suffix.indexOf('\n');
  const tail = lineEnd < 0 ? '' : suffix.slice(lineEnd);
  const headSpans = spansOfHead(head, known);
  const tailSpans = spansOfTail(tail, known);
  const text = prefix + suffix;
  const tailStart = text.length - tail.length;
  const spans = merged([
    ...headSpans,
    ...shifted(findSecrets(text.slice(head.length, tailStart)), head.length),
    ...shifted(tailSpans, tailStart),
    ...privateKeySpans(text),
  ]);
  const cursor = prefix.length;
  const hole = {
    prefix: replaced(text, spans, 0, cursor),
    suffix: replaced(text, spans, cursor, text.length),
    redactions: spans.length,
    insideSecret: spans.some(({ start, end }) => start < cursor && cursor <= end),
  };
  return { hole, known: { head, headSpans, tail, tailSpans } };
}

/** Secrets never reach over a line's end, and what is on other lines has no influence: see `findSecrets`. */
function spansOfHead(head: string, known: KnownLines): readonly Span[] {
  if (head.startsWith(known.head)) {
    const added = head.slice(known.head.length);
    return [...known.headSpans, ...shifted(findSecrets(added), known.head.length)];
  }
  if (known.head.startsWith(head)) return known.headSpans.filter(({ end }) => end <= head.length);
  return findSecrets(head);
}

function spansOfTail(tail: string, known: KnownLines): readonly Span[] {
  if (tail.endsWith(known.tail)) {
    const added = tail.length - known.tail.length;
    return [...findSecrets(tail.slice(0, added)), ...shifted(known.tailSpans, added)];
  }
  if (known.tail.endsWith(tail)) {
    const removed = known.tail.length - tail.length;
    return shifted(known.tailSpans, -removed).filter(({ start }) => start >= 0);
  }
  return findSecrets(tail);
}

function shifted(spans: readonly Span[], by: number): Span[] {
  return spans.map(({ start, end }) => ({ start: start + by, end: end + by }));
}

/** `text` from `from` to `to`, with what lies there of each span replaced. */
function replaced(text: string, spans: readonly Span[], from: number, to: number): string {
  let result = '';
  let at = from;
  for (const { start, end } of spans) {
    if (end <= from || start >= to) continue;
    result += text.slice(at, Math.max(at, start)) + REDACTED;
    at = Math.min(end, to);
  }
  return at === from ? text.slice(from, to) : result + text.slice(at, to);
}
