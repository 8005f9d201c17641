import assert from 'node:assert/strict';
import { createLibraryTokenizer } from '../../../server/engine/tokenizer/huggingface.js';
import { bytesOfToken } from '../../../server/engine/tokenizer/byte-level.js';
import {
  PRE_TOKENIZERS,
  preTokenizerJson,
} from '../../../server/engine/tokenizer/pre-tokenizers.js';

/** What a rule makes of a text, piece by piece. */
function pieces(pre: string, text: string): string[] {
  const { pre_tokenizer: splitter } = createLibraryTokenizer({
    normalizer: null,
    post_processor: null,
    decoder: null,
    added_tokens: [],
    pre_tokenizer: preTokenizerJson(PRE_TOKENIZERS[pre]!),
    model: { type: 'BPE', vocab: {}, merges: [] },
  });
  return splitter!.pre_tokenize(text).map((piece) => Buffer.from(bytesOfToken(piece)!).toString());
}

// Worked out by hand from the patterns. The text is all pieces joined.
const cases: Record<string, Record<string, string[]>> = {
  'deepseek-llm': {
    'isolates every line end': ['a', '\r', '\n', '\n', ' b'],
    'gives a word one space before it': ['let', '  ', ' total'],
    'gives indentation its last space to the word': ['\n', '   ', ' return'],
    'reads a tab as the white space before a word': ['\treturn'],
    'keeps ASCII letters inside a run of punctuation apart': ['items', '.', 'length'],
    'keeps an operator together': ['a', ' ===', ' b'],
    'keeps trailing white space as one piece': ['end', '   '],
    'leaves digits in one piece, for the vocabulary to take apart': ['x', '1234'],
    'leaves a space before digits alone': [' ', '42'],
    'keeps Chinese together and full-width punctuation apart': ['中文', '，', '注释'],
    'takes hangul and kana for one script': ['한글かな', ' '],
    'cuts at a letter without case': ['na', 'ª', 've'],
    'cuts words at accented letters, as later patterns look inside earlier pieces': [
      'Ü',
      'berma',
      'ß',
      ' é',
      't',
      'é',
    ],
    'leaves what it does not know between pieces': ['a', '😀', 'b'],
  },
  'deepseek-coder': {
    'isolates every line end': ['a', '\r', '\n', '\n', ' b'],
    'isolates every digit': ['x', '1', '2', '3', '4'],
    'reads any letter as part of a word': ['naïve', ' слово'],
    'takes punctuation but not symbols': ['f', '("', 'a', '")', ' +', ' b'],
    'leaves a long indentation before its last space': ['\n', '   ', ' return'],
  },
  'deepseek-v3': {
    'groups digits by three from the left': ['123', '456', '7'],
    'joins a punctuation mark to the ASCII word behind it': ['items', '.length', '(', ')'].slice(
      0,
      2,
    ),
    'joins line ends to the punctuation before them': ['x', ' }\n\n', 'b'],
    'joins line ends and the blanks between them': ['a', '\n  \n', '   ', ' b'],
    'gives a word one space before it': ['let', '  ', ' total'],
    'gives a word the tab before it': ['x', '\treturn'],
    'keeps Chinese and kana apart from punctuation': ['中文かな', '，', '注释'],
    'leaves hangul to the words': ['한글', ' 단어'],
    'keeps a combining mark with its letter': ['e\u0301te\u0301'],
    'keeps trailing white space': ['end', '   '],
  },
};

for (const [pre, table] of Object.entries(cases)) {
  describe(`the pre-tokenizer ${pre}`, () => {
    for (const [behaviour, expected] of Object.entries(table)) {
      it(behaviour, () => {
        assert.deepEqual(pieces(pre, expected.join('')), expected);
      });
    }
  });
}

describe('every pre-tokenizer', () => {
  for (const pre of Object.keys(PRE_TOKENIZERS)) {
    it(`takes long runs in its stride (${pre})`, () => {
      // White space that a pattern can begin to match at any place, and must give up at each.
      for (const unit of [' ', '=', '漢']) {
        const text = `${unit.repeat(150_000)}7`;
        assert.equal(pieces(pre, text).join(''), text);
      }
    });
  }
});
