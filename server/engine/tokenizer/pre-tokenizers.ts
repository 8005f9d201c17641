/**
 * How each DeepSeek tokenizer cuts text before it merges bytes. The patterns of a pre-tokenizer are applied one after
 * another, each inside every piece that the one before has left; matches and gaps alike stay pieces of their
 * own. They are written for Oniguruma, which `@huggingface/tokenizers` translates.
 */

export interface PreTokenizerRule {
  readonly patterns: readonly string[];
  /** A global pattern behind each match of which text may be cut: the parts' tokens are those of the whole. */
  readonly safeCut: RegExp;
}

const NEWLINE = /\n/gu;
/** A newline that is the last one of its run of white space. */
const LAST_NEWLINE = /\n(?![^\P{White_Space}\r\n]*[\r\n])/gu;

/** Cased letters (hexadecimal code points and ranges) that `deepseek-llm` takes for words. */
const CASED_LETTERS = `
  41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376 377 37B-37D 37F 386 388-38A
  38C 38E-3A1 3A3-3F5 3F7-481 48A-52F 531-556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA 1CBD-1CBF
  1D00-1D2B 1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D
  1F5F-1F7D 1F80-1FB4 1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB 1FE0-1FEC 1FF2-1FF4
  1FF6-1FFC 2102 2107 210A-2113 2115 2119-211D 2124 2126 2128 212A-212D 212F-2134 2139 213C-213F
  2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 A640-A66D A680-A69B A722-A76F
  A771-A787 A78B-A78E AB70-ABBF FB00-FB06 FB13-FB17 FF21-FF3A FF41-FF5A 10400-1044F 104B0-104D3
  104D8-104FB 10C80-10CB2 10CC0-10CF2 118A0-118DF 1E900-1E943`;

const CJK_AND_NEIGHBOURS = '[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+';

/** By the value of the GGUF key `tokenizer.ggml.pre`. */
export const PRE_TOKENIZERS: Readonly<Record<string, PreTokenizerRule>> = {
  // DeepSeek-V2, -Coder-V2 and their Lite versions.
  'deepseek-llm': {
    patterns: [
      '[\r\n]',
      `\\s?[${characterClass(CASED_LETTERS)}]+`,
      '\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+',
      // The original is \s+$ . The look-behind changes no match, as the leftmost one begins where its run of
      // white space does, but spares a search from every place inside the run.
      '(?<!\\s)\\s+$',
      CJK_AND_NEIGHBOURS,
      '\\p{N}+',
    ],
    safeCut: NEWLINE,
  },
  // DeepSeek-Coder, the first generation.
  'deepseek-coder': {
    patterns: ['[\r\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', CJK_AND_NEIGHBOURS, '\\p{N}'],
    safeCut: NEWLINE,
  },
  // DeepSeek-V3 and R1.
  'deepseek-v3': {
    patterns: [
      '\\p{N}{1,3}',
      '[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+',
      [
        '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+',
        '[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+',
        ' ?[\\p{P}\\p{S}]+[\r\n]*',
        '\\s*[\r\n]+',
        '\\s+(?!\\S)',
        '\\s+',
      ].join('|'),
    ],
    // A line end joins the punctuation before it and the white space around it, up to the last line end of
    // that white space and no further.
    safeCut: LAST_NEWLINE,
  },
};

/** A rule in the words of a tokenizer.json: its splits, then the byte-level alphabet, without a prefix space. */
export function preTokenizerJson(rule: PreTokenizerRule): object {
  return {
    type: 'Sequence',
    pretokenizers: [
      ...rule.patterns.map((pattern) => ({
        type: 'Split',
        pattern: { Regex: pattern },
        behavior: 'Isolated',
        invert: false,
      })),
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  };
}

function characterClass(ranges: string): string {
  return ranges
    .trim()
    .split(/\s+/)
    .map((range) =>
      range
        .split('-')
        .map((hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
        .join('-'),
    )
    .join('');
}
