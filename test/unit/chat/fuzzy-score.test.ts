import assert from 'node:assert/strict';
import { fuzzyScore } from '../../../server/chat/mentions/fuzzy-score.js';

const names = [
  'src/chat/chat-service.ts',
  'src/chat/answer.ts',
  'src/main.ts',
  'test/main.test.ts',
  'docs/Übersicht.md',
  'README.md',
];
const best = (letters: string) =>
  names
    .map((name) => ({ name, score: fuzzyScore(letters, name) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ name }) => name)[0];

describe('letters of a name', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['main', 'src/main.ts'],
    ['cs', 'src/chat/chat-service.ts'],
    ['ans', 'src/chat/answer.ts'],
    ['d', 'docs/Übersicht.md'],
    ['read', 'README.md'],
    ['über', 'docs/Übersicht.md'],
    ['tmain', 'test/main.test.ts'],
    ['src/chat/answer.ts', 'src/chat/answer.ts'],
    ['zebra', undefined],
    ['niam', undefined],
  ];
  for (const [letters, name] of cases)
    it(`${letters} fit ${name ?? 'none'}`, () => {
      assert.equal(best(letters), name);
    });

  it('fit anything where there are none', () => {
    assert.equal(fuzzyScore('', 'a'), 1);
  });
});
