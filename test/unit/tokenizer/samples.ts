/** Texts on which tokenizers tend to disagree. */

import fc from 'fast-check';

export const SAMPLES: Readonly<Record<string, string>> = {
  typescript: `export async function* read<T>(source: AsyncIterable<T>, limit = 1_000): AsyncGenerator<T> {
  let seen = 0;
  for await (const item of source) {
    if (++seen > limit || item == null) return; // enough
    yield item as NonNullable<T>;
  }
}\n\n`,
  python: `@dataclass(frozen=True)
class Point:
    """A point, in metres."""
    x: float = 0.0
    y: float = -1.5e-3

    def __add__(self, other: "Point") -> "Point":
\t\treturn Point(self.x + other.x, y=self.y+other.y)  # tabs!
`,
  rust: `impl<'a> Iterator for Lines<'a> { type Item = &'a str; fn next(&mut self) -> Option<&'a str> { self.0.next()?.strip_suffix("\\r\\n") } }`,
  'windows line ends': 'if (a) {\r\n\treturn b;\r\n}\r\n\r\n\r\nelse\rreturn\r\n',
  digits: '7 42 123 1234 12345678901234567890 3.14159 0xDEADBEEF 1e-9 ١٢٣ ½ Ⅷ ²',
  blanks: ' a  b   c    d\t\te\u00A0f\u3000g\u2028h\u0085i   \n   \n\t \n  j  ',
  chinese: '// 计算两个数的和。返回：整数，不是浮点数！\nreturn 甲+乙；',
  japanese: 'const 名前 = "カタカナとひらがな、漢字";　// 全角スペース',
  korean: 'print("안녕하세요, 세계!") # 한국어 주석',
  emoji: '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ☎️ 🇩🇪 1️⃣ 😀😀',
  'combining marks': 'e\u0301 a\u0308\u0323 ñ n\u0303 Z\u0351\u036B\u0343a\u0328l\u0321g\u0306o',
  'right to left': 'let שלום = "مرحبا بالعالم"; // \u202Eabc\u202C',
  european: 'Führer Übermaß naïve œuvre Ørsted þing ÿ À Á Ǆ İstanbul ΑΒΓαβγ Привет',
  mathematics: '∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, 𝒳 ↦ 𝔸ⁿ, α²≠β₃ × ÷',
  controls: 'a\0b\u0007c\u001Bd\u007Fe\u200Bf\u200Dg\uFEFFh\u00ADi\uE000j',
  punctuation: `!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~ ...--- <!-- --> /* */ => :: ??= 'it''s' «q» „q“ …`,
  sentinels:
    'a <｜fim▁begin｜>b<｜fim▁hole｜>\n<｜fim▁end｜> <｜begin▁of▁sentence｜>x<｜end▁of▁sentence｜><|EOT|><｜User｜>',
  'almost sentinels': '<｜fim▁hole｜ <|fim_hole|> <｜fim▁hole>｜> <<｜｜>> ▁',
  object: '__proto__ constructor toString hasOwnProperty',
  empty: '',
};

/** Strings of hard characters: blanks and line ends above all, scripts, marks, and any code point. */
export const hardText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ' ',
        '  ',
        '    ',
        '\t',
        '\n',
        '\n\n',
        '\r\n',
        '\r',
        '\u00A0',
        '\u3000',
        '\v',
        '\u0085',
      ),
      fc.constantFrom(
        'a',
        'foo',
        'Bar9',
        '_x',
        '.',
        ');',
        '{',
        '"',
        '123',
        '4567',
        '/',
        '<｜',
        '｜>',
        '<',
      ),
      fc.constantFrom(
        'é',
        'ü',
        'e\u0301',
        '漢',
        'かな',
        '한',
        '😀',
        '👩‍👧',
        '\u200D',
        '\uFE0F',
        'ש',
        '١٢',
        '½',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));
