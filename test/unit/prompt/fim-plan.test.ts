import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FIM_OVERHEAD, planFim, type FimRequest } from '../../../server/prompt/fim-plan.js';
import { normalizeHole, splitsPair } from '../../../server/prompt/newline.js';
import { planText } from '../../support/scripted-engine.js';

/** Words with a leading space, single characters otherwise: additive at line ends, like the real ones. */
const countTokens = (text: string) => text.match(/ ?\w+| +|[^]/gu)?.length ?? 0;

function request(over: Partial<FimRequest>): FimRequest {
  return {
    prefix: '',
    suffix: '',
    source: 'file:///a.ts',
    layout: 'psm',
    budgetTokens: 100,
    countTokens,
    ...over,
  };
}

function texts(over: Partial<FimRequest>): { prefix: string; suffix: string; total: number } {
  const { segments } = planFim(request(over));
  const parts = segments.flatMap((segment) => (segment.kind === 'text' ? [segment.text] : []));
  const [first = '', second = ''] = parts;
  const total = segments.length - 2 + countTokens(first) + countTokens(second);
  return over.layout === 'spm'
    ? { prefix: second, suffix: first, total }
    : { prefix: first, suffix: second, total };
}

const code = (lines: number) =>
  Array.from({ length: lines }, (_, i) => `  const value${i} = compute(${i});\n`).join('');

const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\r\n', ' ', '    ', 'word', 'a.b(c)', '漢字', '😀', '\t', '\uD83D'),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('x'.repeat(300), '(;'.repeat(200)),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

const anyRequest = fc.record({
  prefix: anyText,
  suffix: anyText,
  budgetTokens: fc.integer({ min: FIM_OVERHEAD, max: 600 }),
  layout: fc.constantFrom('psm' as const, 'spm' as const),
});

describe('a FIM plan', () => {
  it('puts begin, prefix, hole, suffix, end in DeepSeek order', () => {
    assert.equal(
      planText(planFim(request({ prefix: 'return ', suffix: ';\n' }))),
      '<bos><fimPrefix>return <fimSuffix>;\n<fimMiddle>',
    );
  });

  it('puts the suffix first where the model wants it so', () => {
    assert.equal(
      planText(planFim(request({ prefix: 'return ', suffix: ';\n', layout: 'spm' }))),
      '<bos><fimSuffixFirst>;\n<fimMiddle>return ',
    );
  });

  it('names the document as the source of every text', () => {
    const { segments } = planFim(request({ prefix: 'a', suffix: 'b' }));
    const sources = segments.flatMap((s) => (s.kind === 'text' ? [s.source] : []));
    assert.deepEqual(sources, ['file:///a.ts', 'file:///a.ts']);
  });

  it('holds an empty document', () => {
    assert.equal(planText(planFim(request({}))), '<bos><fimPrefix><fimSuffix><fimMiddle>');
  });

  it('cuts the prefix at its start and the suffix at its end, both at line ends', () => {
    const { prefix, suffix } = texts({ prefix: code(60), suffix: code(60), budgetTokens: 200 });
    assert.ok(prefix.length > 0 && code(60).endsWith(prefix));
    assert.ok(suffix.length > 0 && code(60).startsWith(suffix));
    assert.match(prefix, /^ {2}const/);
    assert.match(suffix, /;\n$/);
  });

  it('leaves a quarter of the room to a long suffix, and the rest to the prefix', () => {
    const { prefix, suffix } = texts({ prefix: code(200), suffix: code(200), budgetTokens: 800 });
    const [before, after] = [countTokens(prefix), countTokens(suffix)];
    assert.ok(after <= 199 && after > 170, `suffix takes ${after}`);
    assert.ok(before + after > 640, `both take ${before + after}`);
  });

  it('leaves what a short prefix does not need to the suffix', () => {
    const { prefix, suffix } = texts({ prefix: code(3), suffix: code(200), budgetTokens: 800 });
    assert.equal(prefix, code(3));
    assert.ok(countTokens(suffix) > 600);
  });

  it('keeps part of a line too long to keep whole', () => {
    const line = 'x = y + z; '.repeat(2000);
    const { prefix, suffix } = texts({ prefix: line, suffix: line, budgetTokens: 400 });
    assert.ok(countTokens(prefix) > 200);
    assert.ok(countTokens(suffix) > 20);
  });

  it('refuses a budget that has no room for the markers', () => {
    assert.throws(() => planFim(request({ budgetTokens: FIM_OVERHEAD - 1 })), RangeError);
    assert.throws(() => planFim(request({ budgetTokens: Number.NaN })), RangeError);
  });

  it('never takes more than its budget', () => {
    fc.assert(
      fc.property(anyRequest, (over) => {
        const { total } = texts(over);
        assert.ok(total <= over.budgetTokens, `${total} > ${over.budgetTokens}`);
      }),
      { numRuns: 300 },
    );
  });

  it('never takes more than its budget where a whole costs more than its parts', () => {
    const costly = (text: string) => Math.ceil(countTokens(text) * (text.length > 60 ? 1.5 : 1));
    for (const budgetTokens of [60, 100, 200, 400]) {
      const over = { prefix: code(50), suffix: code(50), budgetTokens, countTokens: costly };
      const { prefix, suffix } = texts(over);
      assert.ok(4 + costly(prefix) + costly(suffix) <= budgetTokens);
      assert.ok(prefix !== '' && suffix !== '');
    }
  });

  it('holds the whole document where there is room to spare', () => {
    fc.assert(
      fc.property(anyText, anyText, (prefix, suffix) => {
        const hole = normalizeHole({ prefix, suffix });
        // Twice over: a text counted in pieces may take more tokens than in one.
        const budgetTokens = 2 * countTokens(prefix + suffix) + 50;
        const kept = texts({ prefix, suffix, budgetTokens });
        assert.deepEqual({ prefix: kept.prefix, suffix: kept.suffix }, hole);
      }),
      { numRuns: 200 },
    );
  });

  it('holds only text next to the cursor, with no character torn by a cut', () => {
    fc.assert(
      fc.property(anyRequest, (over) => {
        const hole = normalizeHole(over);
        const { prefix, suffix } = texts(over);
        assert.ok(hole.prefix.endsWith(prefix));
        assert.ok(hole.suffix.startsWith(suffix));
        assert.ok(!splitsPair(hole.prefix, hole.prefix.length - prefix.length));
        assert.ok(!splitsPair(hole.suffix, suffix.length));
      }),
      { numRuns: 300 },
    );
  });

  it('tears no character of a long line, wherever its cuts fall', () => {
    for (const shift of ['', 'x']) {
      const line = shift + '😀'.repeat(2000);
      const { prefix, suffix } = texts({ prefix: line, suffix: line, budgetTokens: 301 });
      assert.match(prefix, /^(?:😀)+$/u);
      assert.match(suffix, /^x?(?:😀)+$/u);
    }
  });

  it('is the same for the same request', () => {
    fc.assert(
      fc.property(anyRequest, (over) => {
        assert.deepEqual(planFim(request(over)), planFim(request(over)));
      }),
    );
  });

  for (const layout of ['psm', 'spm'] as const) {
    it(`keeps its cuts from key to key while somebody types (${layout})`, () => {
      const typed = 'const answer = items.map((item) => item.value).filter(Boolean);\n  '.repeat(8);
      const starts = new Set<number>();
      const suffixes = new Set<string>();
      for (let n = 0; n <= typed.length; n++) {
        const before = code(100) + typed.slice(0, n);
        const { prefix, suffix } = texts({
          prefix: before,
          suffix: `\n${code(100)}`,
          budgetTokens: 472,
          layout,
        });
        starts.add(before.length - prefix.length);
        suffixes.add(suffix);
      }
      // 160 typed tokens against steps of 59 tokens.
      assert.ok(starts.size <= 4, `${starts.size} different starts in ${typed.length} keys`);
      assert.equal(suffixes.size, 1);
    });
  }

  it('keeps the suffix from key to key while a growing prefix eats its room', () => {
    const typed = 'call(one, two);\n'.repeat(40);
    const suffixes = new Set<string>();
    for (let n = 0; n <= typed.length; n++) {
      suffixes.add(
        texts({ prefix: typed.slice(0, n), suffix: code(100), budgetTokens: 472 }).suffix,
      );
    }
    assert.ok(suffixes.size <= 8, `${suffixes.size} different suffixes in ${typed.length} keys`);
  });

  it('looks only at the neighbourhood of the cursor in a very large document', () => {
    let counted = 0;
    const counting = (text: string) => {
      counted += text.length;
      return countTokens(text);
    };
    const large = code(30_000);
    planFim(request({ prefix: large, suffix: large, budgetTokens: 500, countTokens: counting }));
    assert.ok(counted < 20_000, `${counted} characters counted`);
  });
});
