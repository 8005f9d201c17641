import german from '../../../l10n/bundle.l10n.de.json';
import { english, type Translate } from '../../translate.js';

const { lang } = document.documentElement;
const dictionary: Readonly<Record<string, string>> = lang.startsWith('de') ? german : {};

/** Says a message in the page's language, which its host has chosen. */
export const t: Translate = (message, ...values) =>
  english(dictionary[message] ?? message, ...values);

const numbers = new Intl.NumberFormat(lang || 'en');

/** `12,345`, as the page's language writes it. */
export function count(value: number): string {
  return numbers.format(value);
}
