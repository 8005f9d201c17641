import assert from 'node:assert/strict';
import type { EditProposal } from '../../../protocol/index.js';
import { clientCommands } from '../../../client/command-ids.js';
import { reviewLenses } from '../../../client/edits/review-lenses.js';
import { Review } from '../../../client/edits/review.js';
import { english } from '../../../client/translate.js';

const document = 'a\nb\nc\nd\n';
const at = (line: number) => ({ line, character: 0 });
const proposal: EditProposal = {
  ...{ id: 'edit-1', title: 'Rewrite a', uri: 'file:///a.ts', version: 1, creates: false },
  range: { start: at(0), end: at(4) },
  oldText: document,
  newText: 'A\nb\nC\nd\n',
  hunks: [
    { range: { start: at(0), end: at(1) }, oldText: 'a\n', newText: 'A\n' },
    { range: { start: at(2), end: at(3) }, oldText: 'c\n', newText: 'C\n' },
  ],
  ...{ model: 'M', attempts: 1, parsed: true },
  usage: { generated: 8, tokensPerSecond: 41.7 },
};

function deciding(): Review {
  const review = new Review(document);
  review.propose(proposal, document);
  return review;
}

describe('a review', () => {
  it('shows what the model has written so far, behind the indentation of its lines', () => {
    const review = new Review('  a\n  b\n');
    review.write({ range: { start: { line: 0, character: 2 }, end: at(2) }, text: 'X\n' });
    assert.equal(review.phase.name, 'writing');
    assert.equal(review.view.text, '  a\n  X\n  b\n');
  });

  it('keeps count of what is taken and what is open', () => {
    const review = deciding();
    review.decide(1, 'accepted');
    assert.deepEqual([review.open, review.accepted], [[0], [1]]);
    review.decide(1, 'rejected');
    assert.deepEqual(review.accepted, [1], 'what is decided stays');
    review.decideAll('rejected');
    assert.deepEqual([review.open, review.accepted], [[], [1]]);
    assert.equal(review.view.text, 'a\nb\nC\nd\n');
  });

  it('finds the hunk at a line: the open one above it, or the nearest', () => {
    const review = deciding();
    assert.equal(review.view.text, 'a\nA\nb\nc\nC\nd\n');
    assert.deepEqual(
      [0, 2, 3, 5].map((line) => review.hunkAt(line)),
      [0, 0, 1, 1],
    );
    review.decide(0, 'rejected');
    assert.equal(review.hunkAt(0), 1);
    review.decide(1, 'rejected');
    assert.equal(review.hunkAt(0), -1);
  });

  it('has two sides, of which the second is all that nobody rejected', () => {
    const review = deciding();
    review.decide(0, 'rejected');
    assert.deepEqual(review.sides, { before: document, after: 'a\nb\nC\nd\n' });
  });

  it('is about the document as it is when the model is done', () => {
    const review = new Review('old');
    review.propose(proposal, document);
    assert.equal(review.sides.before, document);
  });
});

describe('the links above a review', () => {
  const titles = (review: Review) =>
    reviewLenses(review, 3, english).map(({ line, title }) => `${line} ${title}`);

  it('stop the model while it reads and writes', () => {
    const review = new Review(document);
    assert.deepEqual(titles(review), [
      '3 $(loading~spin) The model is at work…',
      '3 $(debug-stop) Stop',
    ]);
    const before = titles(review);
    review.write({ range: proposal.range, text: 'a\nX\n' });
    assert.deepEqual(titles(review), before);
  });

  it('decide about each hunk, and on the first about all', () => {
    const review = deciding();
    assert.deepEqual(titles(review), [
      '0 $(check) Accept',
      '0 $(close) Reject',
      '0 $(check-all) Accept All',
      '0 $(close-all) Reject All',
      '0 $(diff) Diff Editor',
      '0 M · 42 tokens/s',
      '3 $(check) Accept',
      '3 $(close) Reject',
    ]);
    review.decide(0, 'accepted');
    assert.deepEqual(titles(review), [
      '2 $(check) Accept',
      '2 $(close) Reject',
      '2 $(diff) Diff Editor',
      '2 M · 42 tokens/s',
    ]);
  });

  it('say why there is nothing, and make no icon of what a model wrote', () => {
    const review = new Review(document);
    review.refuse('It is $(flame).', 'Ask again.');
    assert.deepEqual(titles(review), [
      '3 $(warning) It is $\u200b(flame).',
      '4 Ask again.',
      '4 $(close) Close',
    ]);
    assert.equal(reviewLenses(review, 3, english).at(-1)?.command, clientCommands.rejectAll);
  });
});
