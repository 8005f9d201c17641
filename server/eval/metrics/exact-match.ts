import { normalizeNewlines } from '../../prompt/newline.js';

/** What a completion did to a document. */
export interface Answer {
  readonly text: string;
  /** UTF-16 units of the suffix that `text` takes the place of. */
  readonly replaced: number;
}

/** Words that close, in languages that have them where others have brackets. */
const closingWords = /\b(?:end|fi|done|esac|endif|endfor|endwhile)\b/g;

/** As texts are compared: LF line ends; white space at the ends of lines, and blank lines at the end, are nothing. */
export function comparable(text: string): string {
  return normalizeNewlines(text)
    .replaceAll(/[ \t]+$/gm, '')
    .trimEnd();
}

/** What the answer would be, were it right: the gold, and what it replaced of the suffix. */
export function expectedText(gold: string, suffix: string, { replaced }: Answer): string {
  return gold + suffix.slice(0, replaced);
}

/** Whether the document is as it was. White space in front counts: it stands in the document. */
export function isExact(gold: string, suffix: string, answer: Answer): boolean {
  return comparable(answer.text) === comparable(expectedText(gold, suffix, answer));
}

/** Whether the gold says more than what a count of brackets can tell: it has a letter or a digit of a word that does not just close. */
export function isNonTrivial(gold: string): boolean {
  return /[\p{L}\p{N}_$]/u.test(gold.replaceAll(closingWords, ''));
}
