import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MarkdownPainter } from '../../../../server/cli/chat/markdown-painter.js';

const terminal = { isTTY: true } as const;
const paint = (pieces: readonly string[]) => {
  const painter = new MarkdownPainter(terminal);
  return pieces.map((piece) => painter.paint(piece)).join('') + painter.end();
};
const escapes = (text: string) =>
  // eslint-disable-next-line no-control-regex
  text.replaceAll(/\u001b\[(\d+)m/g, (_, code: string) =>
    code === '0' ? '>' : `<${{ 1: 'bold', 2: 'dim', 36: 'cyan' }[code] ?? code}:`,
  );

const cases: Record<string, [markdown: string, painted: string]> = {
  'plain text': ['Hello\nyou', 'Hello\nyou'],
  'a heading': ['# Why\nSo.', '<bold:# Why>\nSo.'],
  'code in a line': ['Use `a` now', 'Use <cyan:`><cyan:a><cyan:`> now'],
  'a block of code': ['```ts\n# x `y`\n```\nDone', '<dim:```ts>\n<cyan:# x `y`>\n<dim:```>\nDone'],
  'a fence within a longer one': ['````\n```\n````\nx', '<dim:````>\n<cyan:```>\n<dim:````>\nx'],
  'a backtick that is not closed': ['a `b\nc', 'a <cyan:`><cyan:b>\nc'],
  'escape sequences': ['a\u001b]0;title\u0007b\u001b[2Jc\u009bd\r', 'a]0;titleb[2Jcd'],
};

describe('MarkdownPainter', () => {
  const { NO_COLOR } = process.env;
  before(() => {
    delete process.env['NO_COLOR'];
  });
  after(() => {
    if (NO_COLOR !== undefined) process.env['NO_COLOR'] = NO_COLOR;
  });

  for (const [what, [markdown, painted]] of Object.entries(cases))
    it(`paints ${what}`, () => {
      assert.equal(escapes(paint([markdown])), painted);
    });

  it('writes the same text however it is cut, and all of it', () => {
    const part = fc.constantFrom('```', '`', '# ', 'a', ' ', '\n', '~~~', 'ts', '👍');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 15, size: 'max' }), (parts) => {
        // eslint-disable-next-line no-control-regex
        const plain = (text: string) => text.replaceAll(/\u001b\[\d+m/g, '');
        assert.equal(plain(paint(parts)), parts.join(''));
        assert.equal(plain(paint(parts.join('').split(''))), parts.join(''));
      }),
    );
  });

  it('holds back no more than the beginning of a line', () => {
    const painter = new MarkdownPainter(terminal);
    assert.equal(painter.paint('``'), '');
    assert.equal(escapes(painter.paint('x')), '<cyan:`><cyan:`>x');
    assert.equal(painter.paint(' word'), ' word');
  });
});
