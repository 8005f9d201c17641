/** Answers that have to begin with given bytes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { NativeError } from '../../../server/engine/native/addon.js';
import { embeddedModelFile, testingAddon } from '../addons.js';
import type { HealingStep } from '../addons.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const everyByte = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

function heal(vocabulary: readonly string[], need: string, excluded: number[] = []): HealingStep[] {
  return testingAddon().heal({
    vocabulary: vocabulary.map(bytes),
    need: bytes(need),
    excluded: Int32Array.from(excluded),
  });
}

/** The texts that may come first. */
const first = (vocabulary: readonly string[], need: string, excluded: number[] = []): string[] =>
  Array.from(heal(vocabulary, need, excluded)[0]!.allowed, (id) => vocabulary[id]!);

/** What may come first, by definition: every token in turn, and whether others can write the rest. */
function possible(tokens: readonly string[], need: string): number[] {
  const writable = (rest: string): boolean =>
    rest === '' || tokens.some((token) => fits(token, rest, writable));
  return tokens.flatMap((token, id) => (fits(token, need, writable) ? [id] : []));
}

function fits(token: string, need: string, writable: (rest: string) => boolean): boolean {
  if (token === '') return false;
  if (token.startsWith(need)) return true;
  return need.startsWith(token) && writable(need.slice(token.length));
}

describe('healing', function () {
  this.timeout(30_000);

  it('allows the beginnings of the text and what goes on beyond it', () => {
    const vocabulary = ['r', 'e', 't', 're', 'ret', 'return', 'retry', 'rest', 'u', 'tu', ''];
    assert.deepEqual(first(vocabulary, 'ret'), ['r', 're', 'ret', 'return', 'retry']);
    assert.deepEqual(first(vocabulary, 't'), ['t', 'tu']);
  });

  it('goes on until every byte is written, and counts those of the last token', () => {
    const steps = heal(['ab', 'cde'], 'abc');
    assert.deepEqual(
      steps.map(({ id, within }) => [id, within]),
      [
        [0, 2],
        [1, 1],
      ],
    );
  });

  it('allows no token behind which the rest cannot be written', () => {
    assert.deepEqual(first(['a', 'ab', 'bcd'], 'abc'), ['a']);
    assert.deepEqual(first(['a', 'ab', 'bcd', 'c'], 'abc'), ['a', 'ab']);
  });

  it('allows neither tokens without bytes nor excluded ones', () => {
    const vocabulary = ['<', '<end>', '', '<div'];
    assert.deepEqual(first(vocabulary, '<', [1, 99, -1]), ['<', '<div']);
  });

  it('tells tokens apart that differ after a zero byte, and allows all that are the same', () => {
    assert.deepEqual(first(['a', 'a\0', 'a\0b', 'a'], 'a\0'), ['a\0', 'a\0b']);
    assert.deepEqual(Array.from(heal(['a', 'b', 'a'], 'a')[0]!.allowed), [0, 2]);
  });

  it('says so where the vocabulary cannot write the text', () => {
    for (const [vocabulary, need, excluded] of [
      [['a', 'b'], 'ac', []],
      [['a', 'c'], 'ac', [1]],
      [[''], 'a', []],
    ] as const) {
      assert.throws(
        () => heal(vocabulary, need, [...excluded]),
        (error: NativeError) => error.code === 'unsupported' && error.remedy.length > 0,
      );
    }
  });

  it('refuses no bytes and too many', () => {
    for (const need of ['', 'a'.repeat(1025)]) {
      assert.throws(
        () => heal(['a'], need),
        (error: NativeError) => error.code === 'invalid-argument',
      );
    }
    assert.equal(heal(['a'], 'a'.repeat(1024)).length, 1024);
  });

  it('allows what the definition allows, whatever the vocabulary', () => {
    const token = fc.string({ unit: fc.constantFrom('a', 'b', '\xff'), maxLength: 4 });
    const vocabulary = fc.array(token, { minLength: 1, maxLength: 30 });
    const need = fc.string({ unit: fc.constantFrom('a', 'b', '\xff'), minLength: 1, maxLength: 8 });
    const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(vocabulary, need, picks, (tokens, text, choice) => {
        if (possible(tokens, text).length === 0) {
          assert.throws(() => heal(tokens, text));
          return;
        }
        let rest = text;
        const steps = testingAddon().heal({
          vocabulary: tokens.map(bytes),
          need: bytes(text),
          picks: Int32Array.from(choice),
        });
        for (const { allowed, id, within } of steps) {
          assert.deepEqual([...allowed], possible(tokens, rest));
          assert.equal(within, Math.min(rest.length, tokens[id]!.length));
          rest = rest.slice(within);
        }
        assert.equal(rest, '');
      }),
    );
  });

  it('writes any bytes with a real vocabulary, cut inside a character too', () => {
    const vocabulary = testingAddon().tokenBytes(embeddedModelFile);
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).map((s) => Buffer.from(s)),
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
      fc.constantFrom('    return', 'функция', '名前', '👩‍💻').map((s) => Buffer.from(s)),
    );
    const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), picks, (whole, from, to, choice) => {
        const start = from % whole.length;
        const need = whole.subarray(start, start + 1 + (to % (whole.length - start)));
        const steps = testingAddon().heal({
          vocabulary: embeddedModelFile,
          need,
          picks: Int32Array.from(choice),
        });
        const written = Buffer.concat(steps.map(({ id }) => vocabulary[id]!));
        assert.deepEqual(written.subarray(0, need.length), Buffer.from(need));
        const last = steps.at(-1)!;
        const beyond = vocabulary[last.id]!.length - last.within;
        assert.equal(written.length - beyond, need.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the tokens taken back from a prompt', () => {
  const vocabulary = ['pr', 'in', 'print', '(', '', 'x', 'xy', 'yz', 'a', 'b', 'c', 'abcd'];
  const count = (tokens: string[], limit = 9): number =>
    testingAddon().tokensToHeal({
      vocabulary: vocabulary.map(bytes),
      tokens: Int32Array.from(tokens, (token) => vocabulary.indexOf(token)),
      limit,
    });

  it('are the last one at least', () => {
    assert.equal(count(['pr', '(']), 1);
    assert.equal(count(['x']), 1);
  });

  it('are more where they begin a longer token together', () => {
    assert.equal(count(['(', 'pr', 'in']), 2);
    assert.equal(count(['x', 'a', 'b', 'c']), 3);
  });

  it('stay where together they are just another token', () => {
    assert.equal(count(['x', 'yz'], 2), 1);
  });

  it('stop before a control token, and at the limit', () => {
    assert.equal(count(['pr', '', 'in']), 1);
    assert.equal(count(['x', '']), 0);
    assert.equal(count(['pr', 'in'], 1), 1);
    assert.equal(count(['pr', 'in'], 0), 0);
    assert.equal(count([]), 0);
  });

  it('are four at most', () => {
    const tokens = [...everyByte, bytes('abcdefgh')];
    const last = (text: string): number =>
      testingAddon().tokensToHeal({
        vocabulary: tokens,
        tokens: Int32Array.from(bytes(text)),
        limit: 100,
      });
    assert.equal(last('abcd'), 4);
    assert.equal(last('abcde'), 1);
  });
});
