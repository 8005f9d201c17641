import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commented, commentMarker } from '../../../server/prompt/comments.js';
import { FIM_OVERHEAD, planFim, type FimRequest } from '../../../server/prompt/fim-plan.js';
import { snippetForm } from '../../../server/prompt/snippet-form.js';
import type { Snippet } from '../../../server/prompt/snippet.js';
import { cursorText } from '../../support/cursor.js';
import { planText } from '../../support/scripted-engine.js';

const countTokens = (text: string) => text.match(/ ?\w+| +|[^]/gu)?.length ?? 0;

function request(marked: string, over: Partial<FimRequest> = {}): FimRequest {
  const { text, offset } = cursorText(marked);
  return {
    prefix: text.slice(0, offset),
    suffix: text.slice(offset),
    source: 'file:///a.ts',
    languageId: 'typescript',
    layout: 'psm',
    budgetTokens: 1200,
    countTokens,
    ...over,
  };
}

const area: Snippet = {
  source: 'file:///shapes.ts',
  path: 'src/shapes.ts',
  text: 'export function area(shape: Shape): number',
  origin: 'definition',
};
const shape: Snippet = { ...area, text: 'export interface Shape {\r\n  sides: number;\r\n}\r\n' };

const anySnippet = fc.record({
  source: fc.constantFrom('file:///b.ts', 'file:///c.ts'),
  text: fc
    .array(
      fc.constantFrom('\n', '\r\n', '\r', 'name', ' ', '\t', '漢字', '😀', '*/', '<｜fim▁hole｜>'),
      {
        maxLength: 40,
        size: 'max',
      },
    )
    .map((parts) => parts.join('')),
  origin: fc.constantFrom('definition' as const, 'tab' as const),
});

describe('snippets in a FIM plan', () => {
  it('stand as comments in front of the prefix, the best nearest to it', () => {
    const plan = planFim(request('a = █;\n', { snippets: [area, shape] }));
    assert.equal(
      planText(plan),
      [
        '<bos><fimPrefix>// src/shapes.ts:\n// export interface Shape {\n//   sides: number;\n// }\n',
        '// src/shapes.ts:\n// export function area(shape: Shape): number\n',
        'a = <fimSuffix>;\n<fimMiddle>',
      ].join(''),
    );
    assert.deepEqual(plan.snippets, [shape, area]);
  });

  it('stand behind the suffix where the model reads that first', () => {
    assert.equal(
      planText(planFim(request('a = █;\n', { snippets: [area], layout: 'spm' }))),
      '<bos><fimSuffixFirst>;\n<fimMiddle>// src/shapes.ts:\n// export function area(shape: Shape): number\na = ',
    );
  });

  it('are segments of their own, with their source and what made them useful', () => {
    const { segments } = planFim(request('a = █', { snippets: [area] }));
    const texts = segments.flatMap((each) => (each.kind === 'text' ? [each] : []));
    assert.deepEqual(
      texts.map(({ source, origin }) => [source, origin]),
      [
        [area.source, 'definition'],
        ['file:///a.ts', undefined],
        ['file:///a.ts', undefined],
      ],
    );
  });

  it('are comments of the document that is completed, whatever they were', () => {
    const python = planFim(request('x = █', { snippets: [area], languageId: 'python' }));
    assert.match(planText(python), /# src\/shapes\.ts:\n# export function area/);
  });

  it('are left out where nobody knows how the language writes comments', () => {
    const plan = planFim(request('x = █', { snippets: [area], languageId: 'brainfuck' }));
    assert.equal(planText(plan), planText(planFim(request('x = █'))));
    assert.deepEqual(plan.snippets, []);
  });

  it('are left out where the document shows the same itself', () => {
    const document = `${area.text} {\n}\na = █`;
    const plan = planFim(request(document, { snippets: [area] }));
    assert.equal(planText(plan), planText(planFim(request(document))));
  });

  it('come from parts of the document that did not fit', () => {
    const document = `${area.text} {\n}\n${'  const value = compute(1, 2);\n'.repeat(200)}a = █`;
    const own = { ...area, source: 'file:///a.ts' };
    const { snippets } = planFim(request(document, { snippets: [own] }));
    assert.deepEqual(snippets, [own]);
  });

  it('are code that looks alike, without its path, where the model reads but little', () => {
    const alike: Snippet = { ...shape, origin: 'tab' };
    const plan = planFim(request('a = █', { snippets: [area, alike], budgetTokens: 500 }));
    assert.equal(
      planText(plan),
      '<bos><fimPrefix>// export interface Shape {\n//   sides: number;\n// }\na = <fimSuffix><fimMiddle>',
    );
  });

  it('leave to the document what they do not take', () => {
    const lines = '  const value = compute(1, 2);\n'.repeat(200);
    const tokens = (over: Partial<FimRequest>) =>
      planFim(request(`${lines}█${lines}`, over))
        .segments.map((each) => (each.kind === 'text' ? countTokens(each.text) : 1))
        .reduce((a, b) => a + b);
    assert.ok(tokens({ snippets: [area] }) > tokens({}) - 200);
  });

  it('stay where they are from keystroke to keystroke, and new ones go behind', () => {
    const before = planFim(request('a = █', { snippets: [area] }));
    const newer = { ...area, text: 'export const sides = 4;' };
    const after = planFim(request('a = s█', { snippets: [newer, area], previous: before }));
    assert.deepEqual(after.snippets, [area, newer]);
  });

  it('move the anchor to the cursor where they change, since all behind them is computed anew', () => {
    const anchored = { kind: 'anchored', snippets: [area] } as const;
    const before = planFim(request('a = 1;\nb█', anchored));
    const kept = planFim(request('a = 1;\nb = 2;\nc█', { ...anchored, previous: before }));
    assert.equal(kept.hole.begun, 'b = 2;\nc');
    const none = { kind: 'anchored', previous: before } as const;
    assert.equal(planFim(request('a = 1;\nb = 2;\nc█', none)).hole.begun, 'c');
  });

  it('leave the prompt within its budget, and most of it to the document', () => {
    const lines = '  const value = compute(1, 2);\n';
    fc.assert(
      fc.property(
        fc.array(anySnippet, { maxLength: 20, size: 'max' }),
        fc.array(fc.array(anySnippet, { maxLength: 20, size: 'max' }), { maxLength: 4 }),
        fc.integer({ min: FIM_OVERHEAD, max: 1500 }),
        fc.constantFrom('psm' as const, 'spm' as const),
        fc.nat({ max: 100 }),
        (first, later, budgetTokens, layout, length) => {
          const document = `${lines.repeat(length)}█${lines.repeat(length)}`;
          let previous;
          for (const snippets of [first, ...later]) {
            const plan = planFim(request(document, { snippets, budgetTokens, layout, previous }));
            const tokens = plan.segments.map((each) =>
              each.kind === 'text' ? countTokens(each.text) : 1,
            );
            assert.ok(tokens.reduce((a, b) => a + b) <= budgetTokens);
            const own = plan.segments.filter(
              (each) => each.kind === 'text' && each.source !== 'file:///a.ts',
            );
            const taken = own.map((each) => (each.kind === 'text' ? countTokens(each.text) : 0));
            assert.ok(
              taken.reduce((a, b) => a + b, 0) <=
                budgetTokens * snippetForm(budgetTokens - FIM_OVERHEAD).share,
            );
            assert.equal(own.length, plan.snippets.length);
            for (const each of own)
              for (const line of each.kind === 'text' ? each.text.trimEnd().split('\n') : [])
                assert.match(line, /^\/\//);
            previous = plan;
          }
        },
      ),
    );
  });
});

describe('a comment', () => {
  it('has the marker of its language on every line, and no blank lines around', () => {
    assert.equal(commented('\n\r\n  a\r\n\r\n\tb\r\n\n', '#'), '#   a\n#\n# \tb\n');
    assert.equal(commented('', '--'), '--\n');
  });

  it('is known for every language that there is a grammar for', () => {
    for (const language of [
      ...['typescript', 'typescriptreact', 'javascript', 'python', 'go', 'rust', 'java', 'c'],
      ...['cpp', 'csharp', 'ruby', 'php', 'shellscript'],
    ])
      assert.ok(commentMarker(language), language);
  });
});
