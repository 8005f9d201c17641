import { balance, openQuote } from '../../completion/brackets.js';
import { indentOf } from '../../completion/lines.js';
import { comparable, expectedText, type Answer } from './exact-match.js';

/**
 * Whether an answer ends where the gold does, whatever it says: on its line or not as the gold, as deep at its end,
 * and with the same brackets closed and left open. An exact answer always does, an empty one only where nothing is missing.
 */
export function stopsRight(prefix: string, gold: string, suffix: string, answer: Answer): boolean {
  const linePrefix = prefix.slice(prefix.lastIndexOf('\n') + 1);
  const [text, expected] = [
    comparable(answer.text),
    comparable(expectedText(gold, suffix, answer)),
  ];
  const [got, wanted] = [endOf(text, linePrefix), endOf(expected, linePrefix)];
  return (
    (text === '') === (expected === '') &&
    got.lines === wanted.lines &&
    got.indent === wanted.indent &&
    got.open === wanted.open &&
    got.closed === wanted.closed
  );
}

interface End {
  readonly lines: 'one' | 'several';
  /** Of the last line, where there are several. */
  readonly indent: number;
  readonly open: number;
  readonly closed: string;
}

function endOf(text: string, linePrefix: string): End {
  const { open, closed } = balance(text, openQuote(linePrefix));
  const last = text.lastIndexOf('\n');
  return {
    lines: last < 0 ? 'one' : 'several',
    indent: last < 0 ? 0 : indentOf(text.slice(last + 1)),
    open,
    closed: closed.map(({ character }) => character).join(''),
  };
}
