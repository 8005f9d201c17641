import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ReasoningSplitter } from '../../../../server/prompt/chat/split-reasoning.js';

function split(pieces: readonly string[], opened = false): { reasoning: string; text: string } {
  const splitter = new ReasoningSplitter(opened);
  const parts = { reasoning: '', text: '' };
  const all = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
  for (const { kind, text } of all) {
    assert.notEqual(text, '');
    parts[kind] += text;
  }
  return parts;
}

const cases: Record<string, [answer: string, opened: boolean, reasoning: string, text: string]> = {
  'an answer without thoughts': [' Hello\n', false, '', 'Hello\n'],
  'thoughts the template opened': ['Hm.\nSo\n</think>\n\n42', true, 'Hm.\nSo', '42'],
  'thoughts the model opened': ['<think>\nHm.\n</think>\n\n42', false, 'Hm.', '42'],
  'thoughts that were cut': ['<think>Hm. <', false, 'Hm. <', ''],
  'no thoughts between the marks': ['<think>\n\n</think>\n\n42', false, '', '42'],
  'a mark further on': ['Write <think>x</think>.', false, '', 'Write <think>x</think>.'],
  'a second closing mark': ['a</think>b</think>c', true, 'a', 'b</think>c'],
  'the beginning of a mark': ['<thi', false, '', '<thi'],
  'nothing but blanks': [' \n ', false, '', ''],
  nothing: ['', true, '', ''],
};

describe('ReasoningSplitter', () => {
  for (const [what, [answer, opened, reasoning, text]] of Object.entries(cases))
    it(`reads ${what}`, () => {
      assert.deepEqual(split([answer], opened), { reasoning, text });
    });

  it('says the same however the answer is cut into pieces', () => {
    const part = fc.constantFrom('<think>', '</think>', '<', '</th', ' ', '\n', 'ab', '👍', 'ink>');
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12, size: 'max' }),
        fc.boolean(),
        fc.array(fc.nat(4), { minLength: 1, maxLength: 12, size: 'max' }),
        (parts, opened, lengths) => {
          const answer = parts.join('');
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < answer.length; i++) {
            const length = 1 + lengths[i % lengths.length]!;
            pieces.push(answer.slice(at, at + length));
            at += length;
          }
          assert.deepEqual(split(pieces, opened), split([answer], opened));
        },
      ),
    );
  });

  it('gives at once what is sure', () => {
    const splitter = new ReasoningSplitter(true);
    assert.deepEqual(splitter.push('I think'), [{ kind: 'reasoning', text: 'I think' }]);
    assert.deepEqual(splitter.push(' so</thi'), [{ kind: 'reasoning', text: ' so' }]);
    assert.deepEqual(splitter.push('nk>\n\nYes'), [{ kind: 'text', text: 'Yes' }]);
    assert.deepEqual(splitter.push(' \n'), [{ kind: 'text', text: ' \n' }]);
  });
});
