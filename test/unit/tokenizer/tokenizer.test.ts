import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describeModel } from '../../../server/engine/model/describe-model.js';
import { tokenizerJson } from '../../../server/engine/model/load-tokenizer.js';
import { Metadata } from '../../../server/engine/model/metadata.js';
import { readVocabulary } from '../../../server/engine/model/vocabulary.js';
import { BYTE_CHARACTERS } from '../../../server/engine/tokenizer/byte-level.js';
import { PRE_TOKENIZERS } from '../../../server/engine/tokenizer/pre-tokenizers.js';
import type { Tokenizer } from '../../../server/engine/tokenizer/tokenizer.js';
import { tokenizerFromJson } from '../../../server/engine/tokenizer/tokenizer-json.js';
import { fixtureModel, nativeAddon, embeddedModelFile } from '../../native/addons.js';
import { fakeModelFile, smallModel, type FakeMetadata } from '../../support/fake-model-file.js';
import { hardText, SAMPLES } from './samples.js';

const tokenizerOf = (metadata: FakeMetadata) => describeModel(fakeModelFile(metadata)).tokenizer;

describe('a tokenizer from GGUF metadata', () => {
  it('merges by rank, inside pieces only', () => {
    // 256: "on", 257: "no".
    const tokenizer = tokenizerOf(smallModel({}, ['o n', 'n o']));
    assert.deepEqual([...tokenizer.encode('nono')], [0x6e, 256, 0x6f]);
    assert.deepEqual([...tokenizer.encode('no')], [257]);
    assert.deepEqual([...tokenizer.encode('n\no')], [0x6e, 0x0a, 0x6f]);
  });

  it('cuts user-defined tokens out of documents before anything else', () => {
    const tokenizer = tokenizerOf(smallModel());
    const added = 256 + 5;
    assert.deepEqual([...tokenizer.encode('aüb')], [0x61, added, 0x62]);
    assert.equal(tokenizer.decode([added]), 'ü');
    assert.deepEqual([...tokenizer.tokenBytes(added)], [0xc3, 0xbc]);
  });

  it('reads control tokens in templates, never in documents', () => {
    const tokenizer = tokenizerOf(smallModel());
    const text = 'a<｜fim▁hole｜>b';
    assert.deepEqual([...tokenizer.encodeWithSpecials(text)], [0x61, 256 + 3, 0x62]);
    assert.deepEqual(Buffer.from(tokenizer.encode(text)), Buffer.from(text));
    assert.equal(tokenizer.decode(tokenizer.encodeWithSpecials(text)), text);
  });

  it('keeps FIM tokens out of documents where the file calls them ordinary or user-defined', () => {
    for (const type of [1, 4]) {
      const model = smallModel();
      const types = (model['tokenizer.ggml.token_type'] as number[]).map((old) =>
        old === 3 ? type : old,
      );
      const tokenizer = tokenizerOf({ ...model, 'tokenizer.ggml.token_type': types });
      assert.equal(tokenizer.encode('<｜fim▁hole｜>').length, Buffer.byteLength('<｜fim▁hole｜>'));
      assert.deepEqual([...tokenizer.encodeWithSpecials('<｜fim▁hole｜>')], [256 + 3]);
    }
  });

  it('reads unused tokens as plain text', () => {
    assert.equal(tokenizerOf(smallModel()).encode('[PAD]').length, 5);
  });

  it('takes the longest of several added tokens', () => {
    const model = smallModel();
    const tokens = [...(model['tokenizer.ggml.tokens'] as string[]), '<a>', '<a><b>'];
    const types = [...(model['tokenizer.ggml.token_type'] as number[]), 4, 4];
    const tokenizer = tokenizerOf({
      ...model,
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.token_type': types,
    });
    const ids = [...tokenizer.encode('<a><a><b><')];
    assert.deepEqual(ids, [tokens.length - 2, tokens.length - 1, 0x3c]);
  });

  it('turns unpaired surrogates into U+FFFD', () => {
    const tokenizer = tokenizerOf(smallModel());
    for (const text of ['a\uD83D', '\uDE00b', '\uDE00\uD83D']) {
      assert.equal(tokenizer.decode(tokenizer.encode(text)), text.replace(/[^ab]/g, '\uFFFD'));
    }
  });

  it('cuts text with unpaired surrogates as it would cut it with U+FFFD', () => {
    // U+FFFD is a symbol, which takes the space before it into its piece: so 20 and EF can merge.
    const merge = `${BYTE_CHARACTERS[0x20]!} ${BYTE_CHARACTERS[0xef]!}`;
    const tokenizer = tokenizerOf(smallModel({ 'tokenizer.ggml.pre': 'deepseek-v3' }, [merge]));
    assert.deepEqual([...tokenizer.encode(' \uD83D')], [256, 0xbf, 0xbd]);
  });

  it('knows no bytes for ids outside the vocabulary', () => {
    const tokenizer = tokenizerOf(smallModel());
    assert.equal(tokenizer.tokenBytes(100_000).length, 0);
    assert.equal(tokenizer.decode([-1, 0x61]), 'a');
  });

  it('gives each caller an array of its own', () => {
    const tokenizer = tokenizerOf(smallModel());
    tokenizer.encode('abc').fill(0);
    assert.deepEqual([...tokenizer.encode('abc')], [0x61, 0x62, 0x63]);
  });

  it('reads tokens named like the members of objects', () => {
    const merges = ['_ _', 'p r', 'o t', 'pr ot', 'prot o', '__ proto', '__proto __'];
    const tokenizer = tokenizerOf(smallModel({}, merges));
    assert.equal(tokenizer.decode([256 + 6]), '__proto__');
  });

  for (const [pre, rule] of Object.entries(PRE_TOKENIZERS)) {
    it(`encodes text in parts as it would in one (${pre})`, () => {
      // Merges of the very characters at which texts are cut.
      const [n, r, s, t] = [0x0a, 0x0d, 0x20, 0x09].map((byte) => BYTE_CHARACTERS[byte]!);
      const merges = [`${n} ${n}`, `${r} ${n}`, `${s} ${s}`, `${n} ${s}`, `${n} ${t}`, `} ${n}`];
      merges.push(`${s} ${n}`, `${n} a`, `${r}${n} ${n}`, `${n} ${r}`, `${n}${n} ${n}${n}`);
      const metadata = new Metadata(fakeModelFile(smallModel({}, merges)));
      const json = tokenizerJson(metadata, readVocabulary(metadata), rule);
      const inParts = tokenizerFromJson(json, rule.safeCut);
      const inOne = tokenizerFromJson(json);
      const units = [
        '\n',
        '\r',
        '\r\n',
        ' ',
        '\t',
        '\u0085',
        '}',
        ' }',
        'a',
        '1',
        '漢',
        '\u0007',
        '\u0301',
      ];
      const text = fc.array(fc.constantFrom(...units), { maxLength: 30 });
      fc.assert(
        fc.property(text, (parts) => {
          assert.deepEqual(inParts.encode(parts.join('')), inOne.encode(parts.join('')));
        }),
        { numRuns: 2000 },
      );
    });
  }
});

describe('the tokenizer of a model in the repository', () => {
  for (const [name, file] of [
    ['tiny-lite', fixtureModel('tiny-lite-q8_0.gguf')],
    ['the embedded model', embeddedModelFile],
  ] as const) {
    let tokenizer: Tokenizer;
    before(() => {
      tokenizer = describeModel(nativeAddon().openModelFile(file)).tokenizer;
    });

    it(`gives back every sample (${name})`, () => {
      for (const text of Object.values(SAMPLES)) {
        assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
        assert.equal(tokenizer.decode(tokenizer.encodeWithSpecials(text)), text);
      }
    });

    it(`gives back hard text (${name})`, () => {
      fc.assert(
        fc.property(hardText, (text) => {
          const ids = tokenizer.encode(text);
          assert.equal(tokenizer.decode(ids), text.replace(/\p{Surrogate}/gu, '\uFFFD'));
        }),
      );
    });

    it(`forms no control token (${name})`, () => {
      const special = new Set(tokenizer.encodeWithSpecials(SAMPLES.sentinels!));
      assert.notDeepEqual(special, new Set(tokenizer.encode(SAMPLES.sentinels!)));
      const hole = tokenizer.encodeWithSpecials('<｜fim▁hole｜>');
      assert.equal(hole.length, 1);
      assert.ok(!tokenizer.encode(SAMPLES.sentinels!).includes(hole[0]!));
    });
  }

  it('cuts a very long line and very long blanks (the embedded model)', () => {
    const { tokenizer } = describeModel(nativeAddon().openModelFile(embeddedModelFile));
    const text = `${'const a = [1, 2, 3]; '.repeat(10_000)}${' '.repeat(100_000)}7`;
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  });
});
