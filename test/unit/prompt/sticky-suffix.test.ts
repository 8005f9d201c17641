import assert from 'node:assert/strict';
import { suffixServes } from '../../../server/prompt/sticky-suffix.js';

const lines = (count: number, from = 0) =>
  Array.from(
    { length: count },
    (_, i) => `  const value${from + i} = compute(${from + i});\n`,
  ).join('');
const sent = `)\n${lines(20)}`;

const cases: readonly {
  readonly name: string;
  readonly sent?: string;
  readonly latest?: string;
  readonly suffix: string;
  readonly cut?: boolean;
  readonly serves: boolean;
}[] = [
  { name: 'the same suffix', suffix: sent, serves: true },
  { name: 'a word changed far below', suffix: sent.replace('value9', 'other'), serves: true },
  { name: 'a line more far below', suffix: sent + lines(1, 50), serves: true },
  { name: 'a third of it gone', suffix: `)\n${lines(13)}`, serves: false },
  { name: 'half as much again at its end', suffix: sent + lines(10), serves: false },
  {
    name: 'half as much again at its end, where it was cut there',
    ...{ suffix: sent + lines(10), cut: true, serves: true },
  },
  {
    name: 'a word changed, and more behind the place where it was cut',
    ...{ suffix: sent.replace('value9', 'other') + lines(10), cut: true, serves: true },
  },
  { name: 'another first line', suffix: `\n${lines(20)}`, serves: false },
  {
    name: 'another first line behind a blank one',
    ...{ sent: `\n\n${sent}`, suffix: `\n\n}\n${lines(20)}`, serves: false },
  },
  { name: 'a bracket that was closed at the cursor', suffix: `)${sent}`, serves: false },
  {
    name: 'the next of many like lines, after a jump',
    ...{ sent: '}\n'.repeat(30), suffix: '}\n'.repeat(29), serves: false },
  },
  {
    name: 'the line before of many like ones, after a jump',
    ...{ sent: '}\n'.repeat(30), suffix: '}\n'.repeat(31), serves: false },
  },
  {
    name: 'a jump in a suffix that was changed before',
    ...{
      sent: '}\n'.repeat(60),
      latest: `${'}\n'.repeat(40)}];\n${'}\n'.repeat(20)}`,
      suffix: `${'}\n'.repeat(39)}];\n${'}\n'.repeat(20)}`,
      serves: false,
    },
  },
  { name: 'nothing behind the cursor, as before', sent: '', suffix: '', serves: true },
  { name: 'something behind the cursor, where nothing was', sent: '', suffix: '}', serves: false },
  { name: 'nothing behind the cursor, where something was', suffix: '', serves: false },
];

describe('a suffix that was sent', () => {
  for (const { name, sent: before = sent, latest = before, suffix, cut = false, serves } of cases)
    it(`${serves ? 'serves' : 'does not serve'} for ${name}`, () => {
      assert.equal(suffixServes({ sent: before, cut, latest }, suffix), serves);
    });
});
