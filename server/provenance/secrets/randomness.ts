/** How much a string looks as if it was drawn at random. All functions are pure; strings are ASCII. */

/** Shannon entropy of the characters of `text`, bits a character; 0 … log₂ of its length. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}

const enum Kind {
  Lower,
  Upper,
  Digit,
  Other,
}

function kindOf(code: number): Kind {
  if (code >= 97 && code <= 122) return Kind.Lower;
  if (code >= 65 && code <= 90) return Kind.Upper;
  return code >= 48 && code <= 57 ? Kind.Digit : Kind.Other;
}

/**
 * Share of neighbours of different kinds (small letter, capital, digit, other), 0 … 1. Random letters and digits come to
 * 0.62, random hexadecimal digits to 0.47; words, names and versions stay below 0.3.
 */
export function changeRate(text: string): number {
  let changes = 0;
  for (let at = 1; at < text.length; at++)
    if (kindOf(text.charCodeAt(at - 1)) !== kindOf(text.charCodeAt(at))) changes++;
  return text.length > 1 ? changes / (text.length - 1) : 0;
}

/** Share of neighbours that follow each other in ASCII, 0 … 1: near 1 for alphabets and tables, 0.03 for random text. */
export function sequenceRate(text: string): number {
  let steps = 0;
  for (let at = 1; at < text.length; at++)
    if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) === 1) steps++;
  return text.length > 1 ? steps / (text.length - 1) : 0;
}

/** Length of the longest run of small letters, or of capitals: words are long, random runs are short. */
export function longestWord(text: string): number {
  let longest = 0;
  for (const [word] of text.matchAll(/[a-z]+|[A-Z]+/g)) longest = Math.max(longest, word.length);
  return longest;
}
