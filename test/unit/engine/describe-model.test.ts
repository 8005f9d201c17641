import assert from 'node:assert/strict';
import { EngineError } from '../../../server/engine/contract.js';
import { describeModel } from '../../../server/engine/model/describe-model.js';
import { fixtureModel, nativeAddon, embeddedModelFile } from '../../native/addons.js';
import {
  fakeModelFile,
  FIM_TOKENS,
  smallModel,
  type FakeMetadata,
} from '../../support/fake-model-file.js';

const describeSmall = (over: FakeMetadata = {}, file = '/models/fake.gguf') =>
  describeModel(fakeModelFile(smallModel(over), file));

/** The small model with further tokens at the end of its vocabulary. */
function withTokens(...more: string[]): FakeMetadata {
  const model = smallModel();
  return {
    ...model,
    'tokenizer.ggml.tokens': [...(model['tokenizer.ggml.tokens'] as string[]), ...more],
    'tokenizer.ggml.token_type': [
      ...(model['tokenizer.ggml.token_type'] as number[]),
      ...more.map(() => 3),
    ],
  };
}

/** A file from before the FIM keys, which calls the FIM tokens ordinary ones. */
function olderFile(): FakeMetadata {
  const types = (smallModel()['tokenizer.ggml.token_type'] as number[]).map((type) =>
    type === 3 ? 1 : type,
  );
  return {
    'tokenizer.ggml.token_type': types,
    'tokenizer.ggml.fim_pre_token_id': undefined,
    'tokenizer.ggml.fim_suf_token_id': undefined,
    'tokenizer.ggml.fim_mid_token_id': undefined,
  };
}

/** A vocabulary whose FIM tokens are called something else. */
function withoutFim(): FakeMetadata {
  const tokens = (smallModel()['tokenizer.ggml.tokens'] as string[]).map((token) =>
    (FIM_TOKENS as readonly string[]).includes(token) ? `<other ${token.slice(5, -1)}>` : token,
  );
  return { ...olderFile(), 'tokenizer.ggml.tokens': tokens };
}

describe('a model description', () => {
  it('holds name, context length and special tokens', () => {
    const model = describeSmall();
    assert.equal(model.name, 'Small Base');
    assert.equal(model.architecture, 'deepseek2');
    assert.equal(model.contextLength, 256);
    assert.equal(model.vocabularySize, 263);
    assert.match(String(model.chat.remedy), /only completes/);
    assert.deepEqual(model.fim, { layout: 'psm' });
    assert.deepEqual(model.special, {
      bos: 256,
      eos: 257,
      fimPrefix: 258,
      fimSuffix: 259,
      fimMiddle: 260,
    });
  });

  it('takes the file name where the model has none of its own', () => {
    for (const name of [undefined, '', '  ']) {
      const model = describeSmall({ 'general.name': name }, '/models/my-model.Q8_0.GGUF');
      assert.equal(model.name, 'my-model.Q8_0');
    }
  });

  it('finds FIM tokens by their text in older files, whatever their type', () => {
    const model = describeSmall(olderFile());
    assert.deepEqual(model.special, describeSmall().special);
    assert.deepEqual(model.fim, { layout: 'psm' });
    assert.ok([258, 259, 260].every((id) => model.endTokens.includes(id)));
  });

  it('ends answers at every token made for it, in order and once', () => {
    const plain = withTokens('<|EOT|>', '<｜User｜>', '<|over|>');
    const model = describeModel(fakeModelFile({ ...plain, 'tokenizer.ggml.eot_token_id': 265 }));
    assert.deepEqual([...model.endTokens], [257, 258, 259, 260, 263, 265]);
    assert.deepEqual([...model.bannedTokens], [256, 262, 264]);
  });

  it('bans nothing that can be part of an answer', () => {
    const { bannedTokens } = describeSmall();
    assert.ok(bannedTokens.every((id) => id >= 256));
    assert.ok(!bannedTokens.includes(261), 'the user-defined ü is text');
  });

  it('knows what its file says of copying, and refuses what makes no sense', () => {
    assert.equal(describeSmall().copy, undefined);
    assert.equal(describeSmall({ 'lacuna.sampling.copy': 0.5 }).copy, 0.5);
    for (const share of [1, -0.1, NaN, 'much'])
      assert.throws(
        () => describeSmall({ 'lacuna.sampling.copy': share }),
        /lacuna\.sampling\.copy/,
      );
  });

  it('knows what its file says of searching, and refuses what makes no sense', () => {
    assert.equal(describeSmall().beam, undefined);
    assert.equal(describeSmall({ 'lacuna.sampling.beam': 3 }).beam, 3);
    for (const width of [0, 7, 2.5, 'wide'])
      assert.throws(
        () => describeSmall({ 'lacuna.sampling.beam': width }),
        /lacuna\.sampling\.beam/,
      );
  });

  it('knows a chat template', () => {
    const { chat } = describeSmall({
      'tokenizer.chat_template': '{{ x }}',
      'general.name': 'Small Instruct',
    });
    assert.ok(chat.format);
    assert.equal(chat.format.template, '{{ x }}');
    assert.equal(chat.format.eosToken, '<｜end▁of▁sentence｜>');
    assert.ok(chat.format.controlTokens.includes('<｜fim▁begin｜>'));
    assert.ok(!chat.format.controlTokens.includes('ü'), 'text of any document');
  });

  for (const [name, over, reason] of [
    ['Small Instruct', {}, /has no chat template/],
    ['Small Base', { 'tokenizer.chat_template': '{{ x }}' }, /is a base model/],
    ['Small', { 'tokenizer.chat_template': 'x', 'lacuna.fim.layout': 'psm' }, /is a base model/],
  ] as const) {
    it(`does not talk to ${JSON.stringify({ name, ...over })}, and says why`, () => {
      const { chat } = describeSmall({ 'general.name': name, ...over });
      assert.equal(chat.format, undefined);
      assert.match(chat.remedy, reason);
      assert.match(chat.remedy, /For chat use/);
    });
  }
});

describe('FIM support', () => {
  const chat = { 'tokenizer.chat_template': '{{ messages }}' };
  const v2Dimensions = { 'deepseek2.block_count': 60, 'deepseek2.embedding_length': 5120 };
  const cases: [string, FakeMetadata, 'psm' | 'spm' | RegExp][] = [
    ['DeepSeek-Coder-V2-Lite-Base', {}, 'psm'],
    ['DeepSeek-Coder-V2-Lite-Base', chat, 'psm'],
    ['DeepSeek Coder V2 Lite Instruct', {}, /chat model/],
    ['deepseek_coder_v2_lite_instruct', {}, /chat model/],
    ['DeepSeek-V2-Lite-Chat', {}, /chat model/],
    ['Somebody’s model', chat, /chat model/],
    ['Somebody’s model', {}, 'psm'],
    ['Chatterbox', {}, 'psm'],
    ['Coder', { 'general.finetune': 'Instruct' }, /chat model/],
    ['DeepSeek-Coder-V2-Base', v2Dimensions, /236 billion/],
    ['DeepSeek-V3-Base', { ...v2Dimensions, 'deepseek2.block_count': 61 }, 'psm'],
    ['Plain Base', withoutFim(), /no fill-in-the-middle tokens/],
    ['Anything Instruct', { ...chat, 'lacuna.fim.layout': 'psm' }, 'psm'],
  ];
  for (const [name, over, expected] of cases) {
    const what = typeof expected === 'string' ? expected : `none (${expected.source})`;
    it(`of ${name}${'tokenizer.chat_template' in over ? ' with a chat template' : ''} is ${what}`, () => {
      const { fim } = describeSmall({ 'general.name': name, ...over });
      if (typeof expected === 'string') {
        assert.deepEqual(fim, { layout: expected });
        return;
      }
      assert.equal(fim.layout, 'none');
      assert.match(fim.remedy ?? '', expected);
      assert.match(fim.remedy ?? '', /DeepSeek-Coder-V2-Lite-Base/);
    });
  }

  it('goes by the name of the file, too', () => {
    const { fim } = describeSmall({ 'general.name': 'model' }, '/chat/coder-Instruct.Q4_K_M.gguf');
    assert.equal(fim.layout, 'none');
    assert.equal(describeSmall({ 'general.name': 'model' }, '/chat/coder.gguf').fim.layout, 'psm');
  });

  it('is suffix-first where the file says so, by its own id or by text', () => {
    const file = withTokens('<｜fim▁suffix▁first｜>');
    const spm = { 'lacuna.fim.layout': 'spm' };
    for (const over of [spm, { ...spm, 'lacuna.fim.spm_token_id': 263 }]) {
      const model = describeModel(fakeModelFile({ ...file, ...over }));
      assert.equal(model.fim.layout, 'spm');
      assert.equal(model.special.fimSuffixFirst, 263);
      assert.ok(model.endTokens.includes(263));
    }
  });
});

describe('a model file that cannot be used', () => {
  const tokens = smallModel()['tokenizer.ggml.tokens'] as string[];
  const json = (value: unknown) => ({ 'tokenizer.huggingface.json': JSON.stringify(value) });
  const vocab = Object.fromEntries(tokens.slice(0, 256).map((token, id) => [token, id]));
  const whole = {
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    added_tokens: [] as object[],
    model: { type: 'BPE', vocab, merges: [] as unknown[] },
  };
  const cases: Record<string, [FakeMetadata, RegExp]> = {
    'without architecture': [{ 'general.architecture': undefined }, /general\.architecture/],
    'without context length': [{ 'deepseek2.context_length': undefined }, /context_length/],
    'with a context length of 0': [{ 'deepseek2.context_length': 0 }, /context_length is 0/],
    'with a context length in words': [
      { 'deepseek2.context_length': 'long' },
      /not a whole number/,
    ],
    'with a fractional context length': [{ 'deepseek2.context_length': 1.5 }, /not a whole number/],
    'with an enormous context length': [
      { 'deepseek2.context_length': 2n ** 63n },
      /not a whole number/,
    ],
    'with a name that is a number': [{ 'general.name': 3 }, /general\.name is not a string/],
    'without tokens': [{ 'tokenizer.ggml.tokens': undefined }, /tokenizer\.ggml\.tokens/],
    'with no token': [{ 'tokenizer.ggml.tokens': [], 'tokenizer.ggml.token_type': [] }, /empty/],
    'with tokens that are numbers': [
      { 'tokenizer.ggml.tokens': [1, 2] },
      /not an array of strings/,
    ],
    'with too few token types': [{ 'tokenizer.ggml.token_type': [1, 1] }, /types for 2/],
    'with one token twice': [
      { 'tokenizer.ggml.tokens': [...tokens.slice(0, -1), 'a'] },
      /same text/,
    ],
    'with a special token outside the vocabulary': [
      { 'tokenizer.ggml.eos_token_id': 263 },
      /eos_token_id is 263, but it has only 263 tokens/,
    ],
    'with a negative special token': [{ 'tokenizer.ggml.bos_token_id': -1 }, /not a whole number/],
    'with another kind of tokenizer': [{ 'tokenizer.ggml.model': 'llama' }, /"llama"/],
    'without kind of tokenizer': [{ 'tokenizer.ggml.model': undefined }, /not named/],
    'with an unknown pre-tokenizer': [
      { 'tokenizer.ggml.pre': 'superbpe' },
      /"superbpe" is not known/,
    ],
    'with a pre-tokenizer named like a member of objects': [
      { 'tokenizer.ggml.pre': 'constructor' },
      /"constructor" is not known/,
    ],
    'without pre-tokenizer': [{ 'tokenizer.ggml.pre': undefined }, /no tokenizer\.ggml\.pre/],
    'without merges': [{ 'tokenizer.ggml.merges': undefined }, /tokenizer\.ggml\.merges/],
    'with a merge of an unknown token': [
      { 'tokenizer.ggml.merges': ['zz a'] },
      /"zz a" names a token/,
    ],
    'with a merge to an unknown token': [
      { 'tokenizer.ggml.merges': ['a b'] },
      /"a b" names a token/,
    ],
    'with a merge of three': [{ 'tokenizer.ggml.merges': ['a b c'] }, /not a pair/],
    'with a merge of one': [{ 'tokenizer.ggml.merges': ['ab'] }, /not a pair/],
    'without a token for a byte': [
      { 'tokenizer.ggml.tokens': tokens.map((token) => (token === 'a' ? 'aaa' : token)) },
      /byte 0x61/,
    ],
    'with an unknown FIM layout': [{ 'lacuna.fim.layout': 'sideways' }, /"sideways"/],
    'with a FIM layout it has no tokens for': [{ 'lacuna.fim.layout': 'spm' }, /lacks tokens/],
    'with a tokenizer.json that is none': [
      { 'tokenizer.huggingface.json': '{' },
      /tokenizer is broken/,
    ],
    'with an empty tokenizer.json': [json({}), /has no pre_tokenizer/],
    'with a tokenizer.json of null': [json(null), /has no pre_tokenizer/],
    'with a tokenizer.json for other ids': [
      json({ ...whole, model: { type: 'BPE', vocab: { a: 0 }, merges: [] } }),
      /gives "a" the id 0/,
    ],
  };
  for (const [what, [over, message]] of Object.entries(cases)) {
    it(`is named, with the reason and what to do: ${what}`, () => {
      assert.throws(
        () => describeSmall(over),
        (error: unknown) => {
          assert.ok(error instanceof EngineError, String(error));
          assert.match(error.message, /^\/models\/fake\.gguf cannot be used: /);
          assert.match(error.message, message);
          assert.ok(error.remedy.length > 20);
          return true;
        },
      );
    });
  }

  const bos = { id: 256, content: tokens[256], special: true };
  const refused: Record<string, [object, RegExp]> = {
    'normalises text': [{ ...whole, normalizer: { type: 'NFC' } }, /normalises text \(NFC\)/],
    'is no BPE model': [{ ...whole, model: { ...whole.model, type: 'Unigram' } }, /Unigram/],
    'has no pre-tokenizer': [{ ...whole, pre_tokenizer: null }, /no pre_tokenizer/],
    'has an unknown pre-tokenizer': [{ ...whole, pre_tokenizer: { type: 'Magic' } }, /Magic/],
    'strips around tokens': [
      { ...whole, added_tokens: [{ ...bos, lstrip: true }] },
      /bound to the text/,
    ],
    'has a broken merge': [{ ...whole, model: { ...whole.model, merges: [['a', 'b']] } }, /"a b"/],
  };
  for (const [what, [value, message]] of Object.entries(refused)) {
    it(`is named where its tokenizer.json ${what}`, () => {
      assert.throws(() => describeSmall(json(value)), message);
    });
  }

  it('is not one that has a sound tokenizer.json and an unknown pre-tokenizer', () => {
    const sound = json({ ...whole, added_tokens: [bos] });
    const { tokenizer } = describeSmall({ ...sound, 'tokenizer.ggml.pre': 'superbpe' });
    assert.deepEqual([...tokenizer.encode('ab')], [0x61, 0x62]);
  });
});

describe('the models in the repository', () => {
  it('tiny-lite fills holes in DeepSeek’s order', () => {
    const model = describeModel(nativeAddon().openModelFile(fixtureModel('tiny-lite-q8_0.gguf')));
    assert.equal(model.name, 'tiny-lite-random');
    assert.equal(model.contextLength, 4096);
    assert.deepEqual(model.fim, { layout: 'psm' });
    const { fimPrefix, fimSuffix, fimMiddle } = model.special;
    assert.deepEqual([fimPrefix, fimSuffix, fimMiddle], [1011, 1010, 1012]);
  });

  it('the embedded one wants the suffix first', () => {
    const model = describeModel(nativeAddon().openModelFile(embeddedModelFile));
    assert.equal(model.contextLength, 1024);
    assert.deepEqual(model.fim, { layout: 'spm' });
    assert.deepEqual(model.special, {
      bos: 1,
      eos: 2,
      fimPrefix: 3,
      fimSuffix: 4,
      fimMiddle: 5,
      fimSuffixFirst: 6,
    });
    assert.deepEqual([...model.endTokens], [2, 3, 4, 5, 6]);
    assert.deepEqual([...model.bannedTokens], [0, 1, 7]);
  });
});
