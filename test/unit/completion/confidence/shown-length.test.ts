import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evidenceBehind } from '../../../../server/completion/confidence/evidence.js';
import { scoredTokens } from '../../../../server/completion/confidence/scored-tokens.js';
import {
  shownLength,
  type ScoredText,
} from '../../../../server/completion/confidence/shown-length.js';

/** A text of tokens and their log-probabilities; statements end at `¦`. */
function scored(...pieces: readonly (readonly [string, number])[]): ScoredText {
  const generated = pieces.map(([text, logProbability]) => ({
    text: text.replaceAll('¦', ''),
    logProbability,
  }));
  const marked = pieces.map(([text]) => text).join('');
  const text = marked.replaceAll('¦', '');
  const statementEnds = [...marked.matchAll(/¦/g)].map(({ index }, before) => index - before);
  return { text, tokens: scoredTokens(generated, text, false), statementEnds };
}

function shown(what: ScoredText, whole: number | null, head: number | null): string {
  return what.text.slice(0, shownLength(what, { whole, head }));
}

describe('what is sure enough to be shown', () => {
  const call = scored(['compute', -0.1], ['(', -0.1], ['first', -0.5], [', second', -2], [')', 0]);

  it('is all of a text that is sure enough as a whole', () => {
    assert.equal(shown(call, -2.7, -2.7), 'compute(first, second)');
  });

  it('is the beginning that is, cut back to a whole word', () => {
    assert.equal(shown(call, -2.6, -1), 'compute(first');
    const word = scored(['const a = fir', -0.2], ['st', -4], ['.b', 0]);
    assert.equal(shown(word, -1, -1), 'const a =');
  });

  it('is nothing where no beginning is, or none with a name or a number', () => {
    assert.equal(shown(call, -1, -0.05), '');
    assert.equal(shown(call, -1, null), '');
    assert.equal(shown(call, null, null), '');
    assert.equal(shown(scored(['(', -0.1], ['a', -5], [')', 0]), -1, -1), '');
  });

  it('goes to the end of a statement where a tree knows one', () => {
    const block = scored(
      ['a();¦\n', -0.1],
      ['b(\n', -0.1],
      ['  1,\n', -0.1],
      ['  2', -9],
      [');¦', 0],
    );
    assert.equal(shown(block, -1, -1), 'a();');
    assert.equal(shown({ ...block, statementEnds: [] }, -1, -1), 'a();\nb(\n  1,');
  });

  it('goes to the end of a line where several were written', () => {
    const block = scored(['a();\n', -0.1], ['b(', -0.1], ['c', -9], [');', 0]);
    assert.equal(shown(block, -1, -1), 'a();');
    const first = scored(['\n  a(', -0.1], ['b', -0.1], [', c', -9], [');', 0]);
    assert.equal(shown(first, -1, -1), '\n  a(b');
  });

  it('is all where nothing is known of the tokens', () => {
    assert.equal(shown({ text: 'a b', tokens: [], statementEnds: [] }, null, null), 'a b');
  });

  it('needs no more than the words: what is added behind them was not generated', () => {
    const closed = { ...call, text: `${call.text}\n  ` };
    assert.equal(shown(closed, -3, -1), closed.text);
    assert.equal(shown(closed, -2, -2.7), closed.text);
  });

  const piece = fc.tuple(
    fc.constantFrom('a', 'bc ', ' ', '\n', '(', '👍', ');¦', '  d', '$é'),
    fc.double({ min: -3, max: 0, noNaN: true }),
  );
  const threshold = fc.option(fc.double({ min: -8, max: 0, noNaN: true }));
  const texts = fc.array(piece, { minLength: 1, maxLength: 20, size: 'max' });

  it('never tears a character or a word, nor goes beyond what is sure', () => {
    fc.assert(
      fc.property(texts, threshold, threshold, (pieces, whole, head) => {
        const what = scored(...pieces);
        const text = shown(what, whole, head);
        if (text === what.text || text === '') return;
        assert.ok(!/\p{Cs}/u.test(text));
        const rest = what.text.slice(text.length);
        assert.ok(!/[\p{L}\p{N}_$]$/u.test(text) || !/^[\p{L}\p{N}_$]/u.test(rest));
        const needed = what.tokens.filter((_, at) => (what.tokens[at - 1]?.end ?? 0) < text.length);
        const sum = needed.reduce((all, { logProbability }) => all + logProbability, 0);
        assert.ok(head !== null && sum >= head - 1e-9);
      }),
    );
  });

  it('stays there while it is typed, as long as it says something', () => {
    fc.assert(
      fc.property(texts, threshold, threshold, fc.nat(), (pieces, whole, head, at) => {
        const what = scored(...pieces);
        const text = shown(what, whole, head);
        const typed = at % (text.length + 1);
        const rest = { text: what.text.slice(typed), ...evidenceBehind(what, typed) };
        const left = text.slice(typed);
        if (!/[\p{L}\p{N}_$]/u.test(left)) return;
        assert.ok(shown(rest, whole, head).startsWith(left.trimEnd()));
      }),
    );
  });
});
