import assert from 'node:assert/strict';
import {
  cachedCompletion,
  findAnswer,
  keepCompletion,
  placeOf,
} from '../../../../server/completion/cache/cached-completion.js';
import { CompletionCache } from '../../../../server/completion/cache/completion-cache.js';
import { holeOf } from '../../../support/cursor.js';

/** What is found at `there` when `text`, which replaces `replaced` units, was given at `here`. */
function found(here: string, text: string, there: string, replaced = 0) {
  const cache = new CompletionCache();
  const place = (marked: string) => placeOf('file:///a.ts', '', holeOf(marked));
  cache.set(place(here), { text, replaced, shape: 'line', tokens: [], statementEnds: [] });
  const answer = findAnswer(cache, place(there), holeOf(there));
  return answer && [answer.text, answer.replaced];
}

describe('cached completion', () => {
  it('goes on inside brackets and quotes that the editor has closed', () => {
    assert.deepEqual(found('f█', '(a);', 'f(█)'), ['a);', 1]);
    assert.deepEqual(found('f█;', '(a)', 'f(█);'), ['a', 0]);
    assert.deepEqual(found('f█', '(["a"]).b', 'f(["█"])'), ['a"]).b', 3]);
    assert.deepEqual(found('f(█)', '[a]).b', 'f([█])', 1), ['a]).b', 2]);
  });

  it('never takes a bracket that the suggestion does not close for its own', () => {
    assert.equal(found('f█', '(a', 'f(█)'), undefined);
    assert.equal(found('f█', '(a]', 'f(█)'), undefined);
    assert.equal(found('f█', '()', 'f(█)'), undefined);
    assert.equal(found('f█', '(a);', 'f(█}'), undefined);
    assert.equal(found('f█', '(a);', 'f(█)x'), undefined);
  });

  it('gets the line ends of the document, and costs nothing', () => {
    const start = { line: 0, character: 1 };
    const answer = {
      text: 'a\nb',
      replaced: 2,
      shape: 'block',
      tokens: [],
      statementEnds: [],
    } as const;
    const { text, range, stats } = cachedCompletion(answer, holeOf('{█\r\n}'), start);
    assert.equal(text, 'a\r\nb');
    assert.deepEqual(range, { start, end: { line: 0, character: 3 } });
    assert.deepEqual([stats.generatedTokens, stats.tokensPerSecond], [0, 0]);
  });

  it('knows what generated each rest of it', () => {
    const cache = new CompletionCache();
    const place = (marked: string) => placeOf('file:///a.ts', '', holeOf(marked));
    const tokens = [
      { end: 2, logProbability: -1 },
      { end: 4, logProbability: -2 },
      { end: 5, logProbability: -3 },
    ];
    cache.set(place('f█'), {
      text: '(ab);',
      replaced: 0,
      shape: 'line',
      tokens,
      statementEnds: [4],
    });
    assert.deepEqual(findAnswer(cache, place('f(█)'), holeOf('f(█)'))?.tokens, [
      { end: 1, logProbability: -1 },
      { end: 3, logProbability: -2 },
      { end: 4, logProbability: -3 },
    ]);
    assert.deepEqual(findAnswer(cache, place('f(a█'), holeOf('f(a█'))?.tokens, [
      { end: 2, logProbability: -2 },
      { end: 3, logProbability: -3 },
    ]);
  });

  it('is not made of half an answer', () => {
    const cache = new CompletionCache();
    const hole = holeOf('a█');
    const answer = {
      text: 'b',
      replaced: 0,
      shape: 'line',
      tokens: [],
      statementEnds: [],
    } as const;
    const whole = cachedCompletion(answer, hole, { line: 0, character: 1 });
    const place = placeOf('file:///a.ts', '', hole);
    keepCompletion(cache, place, { ...whole, stats: { ...whole.stats, reason: 'aborted' } });
    assert.equal(cache.size, 0);
    keepCompletion(cache, place, whole);
    assert.equal(cache.get(place)?.text, 'b');
  });
});
