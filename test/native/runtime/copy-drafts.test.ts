/** Drafts copied from what has been read. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { testingAddon } from '../addons.js';

const ids = (text: string): Int32Array => Int32Array.from(Buffer.from(text, 'latin1'));
const text = (tokens: Int32Array): string => Buffer.from(tokens).toString('latin1');

/** Drafts over characters: what is expected after `read`, and how far it is trusted. */
function draft(read: string, { sources = [] as string[], breaks = '', limit = 5 } = {}) {
  const drafts = new (testingAddon().CopyDrafts)(ids(breaks));
  for (const source of sources) drafts.addSource(ids(source));
  drafts.push(ids(read));
  const { tokens, trust } = drafts.next(limit);
  return { text: text(tokens), trust };
}

/** Asked after every character of `answer`, as decoding does. */
function follow(read: string, answer: string, limit: number) {
  const copy = new (testingAddon().CopyDrafts)(ids(''));
  copy.push(ids(read));
  return Array.from(answer, (character) => {
    copy.push(ids(character));
    return copy.next(limit);
  });
}

const drafts = (read: string, answer: string, limit = 4): string[] =>
  follow(read, answer, limit).map(({ tokens }) => text(tokens));
const trusts = (read: string, answer: string): number[] =>
  follow(read, answer, 1).map(({ trust }) => trust);

describe('copy drafts', () => {
  it('continue as the same tokens were continued before', () => {
    assert.deepEqual(draft('the quick fox; the qu'), { text: 'ick f', trust: 6 });
  });

  it('need two tokens that match', () => {
    assert.deepEqual(draft('abc-b'), { text: '', trust: 0 });
    assert.deepEqual(draft('abc-ab', { limit: 1 }), { text: 'c', trust: 2 });
    assert.deepEqual(draft(''), { text: '', trust: 0 });
  });

  it('prefer the longest match, then the latest', () => {
    assert.equal(draft('xyzab1 zab2 yzab', { limit: 1 }).text, '1');
    assert.equal(draft('ab1 ab2 ab', { limit: 1 }).text, '2');
  });

  it('are copied from other texts too, which never run into each other', () => {
    assert.deepEqual(draft('foo(', { sources: ['x = foo(1)', 'oo('], limit: 9 }), {
      text: '1)',
      trust: 4,
    });
    assert.equal(draft('ab', { sources: ['ab'] }).text, '');
    assert.equal(draft('b2', { sources: ['ab', '2c'] }).text, '');
  });

  it('end before a token that no answer has', () => {
    assert.equal(draft('abcd|efg abcd', { breaks: '|' }).text, '');
    assert.equal(draft('abcd|efg abc', { breaks: '|' }).text, 'd');
    assert.equal(draft('a|b ... a|', { breaks: '|' }).text, '');
  });

  it('go round where the text repeats itself', () => {
    assert.equal(draft('0,0,0,').text, '0,0,0');
    assert.equal(draft('aaa', { limit: 3 }).text, 'aaa');
  });

  it('hold no more than was asked for', () => {
    assert.equal(draft('abcdefg abc', { limit: 2 }).text, 'de');
    assert.equal(draft('abcdefg abc', { limit: 0 }).text, '');
  });

  it('trust a match of 64 tokens and more alike', () => {
    const long = Array.from({ length: 90 }, (_, i) => String.fromCharCode(33 + i)).join('');
    assert.equal(draft(`${long}~~~${long.slice(0, 80)}`).trust, 64);
  });

  it('resume a copy behind a replaced word', () => {
    const source = 'let total = sum(a) + sum(b);';
    const answer = 'let count = sum(a)';
    const each = drafts(source, answer);
    const behind = (prefix: string): string | undefined => each[prefix.length - 1];
    assert.equal(behind('let '), 'tota');
    assert.equal(behind('let c'), '');
    // Found again by the blank, before two characters match: a case of its own.
    assert.equal(behind('let count '), '= su');
    assert.deepEqual(trusts(source, 'let count = s').slice(-4), [1, 6, 7, 8]);
  });

  it('take up the interrupted copy rather than a likeness elsewhere', () => {
    const source = 'alpha(x); beta(x, 1); gamma(x, 2); |beta(x, 9)';
    const each = drafts(source, 'alpha(x); bata(x');
    assert.equal(each.at(-1), ', 1)');
  });

  it('forget an interrupted copy after a while', () => {
    const each = drafts('abcdefghij', 'abcde0123456789ABCDEFGH', 3);
    assert.equal(each[4], 'fgh');
    assert.equal(each.at(-1), '');
  });

  it('agree with a search through everything', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '|'), maxLength: 60 });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 3 }), letters, (sources, read) => {
        const found = draft(read, { sources, breaks: '|' });
        assert.deepEqual(found, search([...sources, read].join('|'), '|', 5));
      }),
    );
  });

  it('stay the same while their tables grow', () => {
    const random = Array.from({ length: 5000 }, (_, i) => (i * i * 7919) % 4093);
    const copy = new (testingAddon().CopyDrafts)(new Int32Array(0));
    copy.push(Int32Array.from([...random, -5, ...random.slice(100, 140)]));
    const { tokens, trust } = copy.next(6);
    assert.deepEqual([...tokens], random.slice(140, 146));
    assert.equal(trust, 40);
  });
});

/** The longest match, then the latest, by trying every place; no copy was interrupted here. */
function search(all: string, breaks: string, limit: number) {
  let best = { text: '', trust: 0 };
  for (let end = 0; end < all.length - 1; end++) {
    let length = 0;
    while (
      length <= end &&
      all[end - length] === all[all.length - 1 - length] &&
      all[end - length] !== breaks
    ) {
      length++;
    }
    const trust = Math.min(length, 64);
    if (length < 2 || trust < best.trust || all[end + 1] === breaks) continue;
    const period = all.slice(end + 1);
    const [copied] = period.repeat(limit).slice(0, limit).split(breaks);
    best = { text: copied!, trust };
  }
  return best;
}
