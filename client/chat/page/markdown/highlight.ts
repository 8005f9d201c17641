import hljs from 'highlight.js/lib/common';
import { sanitize } from './sanitize.js';

/** Longer code is shown in one colour: nobody reads it for its colours, and its highlighting would be felt. */
export const LONGEST_CODE = 50_000;

/** The language's name as people write it, or undefined where there is no such language. */
export function languageName(language: string): string | undefined {
  return hljs.getLanguage(language)?.name;
}

/** Puts code into an element, coloured where its language is known. */
export function showCode(target: HTMLElement, code: string, language: string): void {
  if (code.length > LONGEST_CODE || !hljs.getLanguage(language)) {
    target.textContent = code;
    return;
  }
  const { value } = hljs.highlight(code, { language, ignoreIllegals: true });
  target.replaceChildren(sanitize(value));
}
