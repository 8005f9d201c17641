import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chooseSnippets } from '../../../server/prompt/choose-snippets.js';
import { sameSnippet, type Snippet } from '../../../server/prompt/snippet.js';

const snippet = (name: string, size = 10): Snippet => ({
  source: `file:///${name}.ts`,
  text: name.repeat(size),
  origin: 'definition',
});
const tokensOf = ({ text }: Snippet) => text.length;
const named = (names: string) => (names.match(/\w/g) ?? []).map((name) => snippet(name));
const chosen = (candidates: string, previous = '', budgetTokens = 80): string =>
  chooseSnippets({
    candidates: named(candidates),
    previous: named(previous),
    budgetTokens,
    tokensOf,
  })
    .map(({ text }) => text.charAt(0))
    .join('');

/** candidates best first, what was shown, budget → what is shown. Each takes ten tokens. */
const cases: readonly [string, string, string, number, string][] = [
  ['the best stands nearest to the document', 'abc', '', 80, 'cba'],
  ['a new choice leaves room for what comes', 'abcdefgh', '', 80, 'fedcba'],
  ['what was shown keeps its place, whatever its rank now', 'cab', 'abc', 80, 'abc'],
  ['a new one goes behind what was shown', 'xcba', 'abc', 80, 'abcx'],
  ['of little weight, it is not worth a prefill', 'abcx', 'abc', 80, 'abc'],
  ['of several new ones the best stands last', 'xyba', 'ab', 80, 'abyx'],
  ['behind one that is gone nothing keeps its place', 'acde', 'abc', 80, 'aedc'],
  ['where too much is missing, all is chosen anew', 'xyzabcdefgh', 'abcdefgh', 80, 'cbazyx'],
  ['nothing fits, nothing is shown', 'abc', '', 9, ''],
  ['nothing helps, nothing is shown', '', 'abc', 80, ''],
];

const anySnippets = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'),
    size: fc.integer({ min: 1, max: 40 }),
  }),
  { selector: ({ name }) => name, maxLength: 16, size: 'max' },
);

describe('the choice of snippets', () => {
  for (const [name, candidates, previous, budget, expected] of cases)
    it(name, () => {
      assert.equal(chosen(candidates, previous, budget), expected);
    });

  it('skips one that is too long for one that fits', () => {
    const [long, short] = [snippet('a', 100), snippet('b')];
    const choice = { candidates: [long, short], previous: [], budgetTokens: 80, tokensOf };
    assert.deepEqual(chooseSnippets(choice), [short]);
  });

  it('takes a text that has changed for another one', () => {
    const [before, after] = [snippet('a', 10), { ...snippet('a', 10), text: 'changed' }];
    const choice = { candidates: [after], previous: [before], budgetTokens: 80, tokensOf };
    assert.deepEqual(chooseSnippets(choice), [after]);
  });

  it('never takes more than the budget, shows candidates alone, each once, and is stable', () => {
    fc.assert(
      fc.property(
        fc.array(anySnippets, { minLength: 1, maxLength: 12, size: 'max' }),
        fc.integer({ min: 0, max: 200 }),
        (keystrokes, budgetTokens) => {
          let previous: readonly Snippet[] = [];
          for (const keystroke of keystrokes) {
            const candidates = keystroke.map(({ name, size }) => snippet(name, size));
            const choice = { candidates, previous, budgetTokens, tokensOf };
            const shown = chooseSnippets(choice);
            assert.ok(shown.reduce((sum, each) => sum + tokensOf(each), 0) <= budgetTokens);
            assert.equal(new Set(shown.map(({ text }) => text)).size, shown.length);
            for (const each of shown)
              assert.ok(candidates.includes(each) || previous.includes(each));
            for (const each of shown) assert.ok(candidates.some((one) => sameSnippet(one, each)));
            assert.deepEqual(chooseSnippets(choice), shown);
            assert.deepEqual(chooseSnippets({ ...choice, previous: shown }), shown);
            previous = shown;
          }
        },
      ),
    );
  });

  it('extends what was shown as long as all of it is still true, unless it chooses anew', () => {
    fc.assert(
      fc.property(
        anySnippets,
        fc.infiniteStream(fc.nat({ max: 1 << 20 })),
        (all, chance: Iterator<number>) => {
          const order = (snippets: Snippet[]) =>
            snippets
              .map((each) => ({ each, rank: Number(chance.next().value) }))
              .sort((a, b) => a.rank - b.rank)
              .map(({ each }) => each);
          const candidates = all.map(({ name, size }) => snippet(name, size));
          const choose = (previous: readonly Snippet[]) =>
            chooseSnippets({
              candidates: order(candidates),
              previous,
              budgetTokens: 200,
              tokensOf,
            });
          let previous = choose([]);
          for (let keystroke = 0; keystroke < 10; keystroke++) {
            const shown = choose(previous);
            const extended = previous.every((each, at) => shown[at] === each);
            // A choice made anew keeps a quarter free.
            const anew = shown.reduce((sum, each) => sum + tokensOf(each), 0) <= 150;
            assert.ok(extended || anew);
            previous = shown;
          }
        },
      ),
    );
  });
});
