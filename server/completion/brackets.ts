/**
 * Brackets and quotes in a stretch of code, without a grammar: good enough to tell what a completion opens
 * and closes beyond itself. Brackets inside strings do not count.
 */

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const closing = new Set([')', ']', '}']);
const quotes = new Set(['"', "'", '`']);

/** What closes a bracket; a quote closes itself. */
export function closerOf(opener: string): string {
  return closers[opener] ?? opener;
}

export interface UnmatchedClosing {
  readonly index: number;
  readonly character: string;
}

export interface Balance {
  /** Closing brackets and quotes whose opening stands before the text, in order. */
  readonly closed: readonly UnmatchedClosing[];
  /** Number of brackets and quotes left open at the end of the text. */
  readonly open: number;
}

/** The quote that is still open at the end of `line`, if any. An apostrophe inside a word is no quote. */
export function openQuote(line: string): string | undefined {
  let quote: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (character === '\\') i++;
    else if (quote) {
      if (character === quote) quote = undefined;
    } else if (isQuote(line, i)) quote = character;
  }
  return quote;
}

/** What `text` closes and leaves open. `inQuote` is the quote that is open where it begins. */
export function balance(text: string, inQuote?: string): Balance {
  const closed: UnmatchedClosing[] = [];
  const stack: string[] = [];
  let outer = inQuote;
  let quote = inQuote;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\') {
      index++;
    } else if (quote) {
      if (character !== quote) continue;
      if (outer) closed.push({ index, character });
      outer = undefined;
      quote = undefined;
    } else if (isQuote(text, index)) {
      quote = character;
    } else if (closers[character]) {
      stack.push(closers[character]);
    } else if (closing.has(character)) {
      if (stack.at(-1) === character) stack.pop();
      else if (stack.length === 0) closed.push({ index, character });
    }
  }
  return { closed, open: stack.length + (quote && !outer ? 1 : 0) };
}

function isQuote(text: string, index: number): boolean {
  const character = text.charAt(index);
  if (!quotes.has(character)) return false;
  return character !== "'" || !/[\p{L}\p{N}]/u.test(text.charAt(index - 1));
}
