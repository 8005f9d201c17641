import type { EvalHole } from '../hole.js';
import type { Answer } from './exact-match.js';

/** What the parse-clean rate asks of a parser. */
export interface SyntaxCheck {
  /** Errors and missing nodes in a whole document; `undefined` where the language is not known. */
  errors(text: string, language: string): Promise<number | undefined>;
}

/** Whether the document with the answer has no more syntax errors than with the gold; `undefined` where the language is not known. */
export async function parsesClean(
  check: SyntaxCheck,
  { prefix, suffix, gold, language }: EvalHole,
  { text, replaced }: Answer,
): Promise<boolean | undefined> {
  const before = await check.errors(prefix + gold + suffix, language);
  const after = await check.errors(prefix + text + suffix.slice(replaced), language);
  return before === undefined || after === undefined ? undefined : after <= before;
}
