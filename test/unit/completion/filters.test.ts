import assert from 'node:assert/strict';
import { applyFilters, type Filter } from '../../../server/completion/filters/filter.js';
import { blockEnd } from '../../../server/completion/filters/block-end.js';
import { closingBrackets } from '../../../server/completion/filters/closing-brackets.js';
import { completionFilters } from '../../../server/completion/filters/index.js';
import { lineLimit } from '../../../server/completion/filters/line-limit.js';
import { repeatedLine } from '../../../server/completion/filters/repeated-line.js';
import { repetition } from '../../../server/completion/filters/repetition.js';
import { suffixOverlap } from '../../../server/completion/filters/suffix-overlap.js';
import { trailingSpace } from '../../../server/completion/filters/trailing-space.js';
import { shapeOf, type Shape } from '../../../server/completion/shape.js';
import { holeOf } from '../../support/cursor.js';

interface Case {
  readonly name: string;
  /** The document, █ for the cursor. */
  readonly at: string;
  readonly text: string;
  readonly keeps: string;
  readonly shape?: Shape;
  readonly maxLines?: number;
}

function check(filters: readonly Filter[], cases: readonly Case[]): void {
  for (const { name, at, text, keeps, shape, maxLines = 10 } of cases) {
    it(name, () => {
      const hole = holeOf(at);
      const context = { hole, shape: shape ?? shapeOf(hole), maxLines };
      assert.equal(applyFilters(filters, text, context), keeps);
    });
  }
}

describe('line limit', () => {
  check(
    [lineLimit],
    [
      { name: 'ends a line at its line end', at: 'a = █', text: 'b;\nc;', keeps: 'b;' },
      { name: 'drops a line that begins with a line end', at: 'a = █', text: '\nb', keeps: '' },
      {
        name: 'ends a block after so many lines',
        at: '█',
        text: 'a\nb\nc',
        keeps: 'a\nb',
        maxLines: 2,
      },
      {
        name: 'keeps a block with exactly so many lines',
        at: '█',
        text: 'a\nb',
        keeps: 'a\nb',
        maxLines: 2,
      },
    ],
  );
});

describe('block end', () => {
  check(
    [blockEnd],
    [
      {
        name: 'stops before a line indented less than the cursor',
        at: 'function f() {\n  █\n}',
        text: 'a();\n  b();\n}\ng();',
        keeps: 'a();\n  b();',
      },
      {
        name: 'keeps the brackets that close a block opened on the cursor line',
        at: 'if (a) {█',
        text: '\n  b();\n} else {\n  c();\n}',
        keeps: '\n  b();\n}',
      },
      {
        name: 'keeps a closing bracket with its semicolon',
        at: '  const f = () => {█',
        text: '\n    b();\n  };\n  c();',
        keeps: '\n    b();\n  };',
      },
      {
        name: 'stops where an opened block is left without a bracket',
        at: 'if (a) {█',
        text: '\n  b();\nnext();',
        keeps: '\n  b();',
      },
      {
        name: 'stops at a blank line',
        at: '█',
        text: 'a();\n\nb();',
        keeps: 'a();',
      },
      {
        name: 'passes blank lines before anything is written',
        at: 'if (a) {█',
        text: '\n\n  b();',
        keeps: '\n\n  b();',
      },
      {
        name: 'reads tabs and spaces alike',
        at: 'function f() {\n\t█\n}',
        text: 'a();\n    b();\n}',
        keeps: 'a();\n    b();',
      },
      { name: 'leaves a line alone', at: 'x = █', text: 'a', keeps: 'a' },
    ],
  );
});

describe('repetition', () => {
  check(
    [repetition],
    [
      {
        name: 'ends a text that runs in a circle after the first round',
        at: '█',
        text: 'foo();\nfoo();\nfoo();\nfoo();\nfoo();',
        keeps: 'foo();\n',
      },
      {
        name: 'keeps what comes before the circle',
        at: '█',
        text: 'x = ab12ab12ab12ab12ab12',
        keeps: 'x = ab12',
      },
      {
        name: 'tears no character that shares half of its pair with the one in the circle',
        at: '█',
        text: `🨀ab${'😀ab'.repeat(4)}`,
        keeps: '🨀ab',
      },
      {
        name: 'lets something stand three times',
        at: '█',
        text: 'ab12ab12ab12',
        keeps: 'ab12ab12ab12',
      },
      {
        name: 'lets short units repeat',
        at: '█',
        text: '0, 0, 0, 0, 0, 0, 0',
        keeps: '0, 0, 0, 0, 0, 0, 0',
      },
      {
        name: 'lets rulers of punctuation be',
        at: '█',
        text: '-'.repeat(40),
        keeps: '-'.repeat(40),
      },
    ],
  );
});

describe('repeated line', () => {
  check(
    [repeatedLine],
    [
      {
        name: 'drops a line that stands right below',
        at: '  █\n  return x;\n',
        text: 'return x;',
        keeps: '',
      },
      {
        name: 'cuts before the line that stands right below, past blank lines',
        at: '  █\n\n  return x;\n',
        text: 'x++;\n  return x;\n  y();',
        keeps: 'x++;',
      },
      {
        name: 'tells the bracket below from a bracket with another indentation',
        at: '  █\n}',
        text: 'if (a) {\n    b();\n  }\n}',
        keeps: 'if (a) {\n    b();\n  }',
      },
      {
        name: 'counts what the cursor line already says',
        at: 'foo█;\nfoo(1);\n',
        text: '(1)',
        keeps: '',
      },
      {
        name: 'drops a repetition of the line right above',
        at: 'import a from "a";\n█',
        text: 'import a from "a";',
        keeps: '',
      },
      {
        name: 'lets short lines repeat',
        at: '  }\n  █',
        text: '}',
        keeps: '}',
      },
      {
        name: 'keeps a line that only begins like the one below',
        at: '█\nfoo();',
        text: 'foo',
        keeps: 'foo',
      },
    ],
  );

  it('shows nothing of a text that begins with a line end where the line below stands already', () => {
    const context = { hole: holeOf('█foo();\nfoo();'), shape: 'block', maxLines: 2 } as const;
    const text = '\n  a';
    assert.equal(repeatedLine.keep(text, context), 0);
    assert.equal(repeatedLine.settled(text, context), 0);
    assert.equal(repeatedLine.ended?.(text, context), true);
  });
});

describe('suffix overlap', () => {
  check(
    [suffixOverlap],
    [
      { name: 'cuts what the rest of the line says', at: 'f(█, 10);', text: 'x, 10);', keeps: 'x' },
      { name: 'cuts a piece of the rest', at: 'f(█, 100);', text: 'x, 10', keeps: 'x' },
      {
        name: 'keeps a call whose own arguments look like the rest',
        at: 'f(█, 10)',
        text: 'g(x, 10)',
        keeps: 'g(x, 10)',
      },
      { name: 'cuts a lone semicolon', at: 'foo()█;', text: '.bar();', keeps: '.bar()' },
      { name: 'leaves closing brackets to others', at: 'f(█)', text: 'g(x)', keeps: 'g(x)' },
      { name: 'keeps a text that shares nothing', at: 'f(█, 10)', text: 'x', keeps: 'x' },
      { name: 'cuts in spite of blanks at the end', at: 'a = █ + 1', text: 'b + 1  ', keeps: 'b ' },
    ],
  );
});

describe('closing brackets', () => {
  check(
    [closingBrackets],
    [
      { name: 'cuts a bracket the suffix already has', at: 'f(█)', text: 'x)', keeps: 'x' },
      { name: 'cuts all of them', at: 'f(g(█))', text: 'x))', keeps: 'x' },
      { name: 'keeps brackets the text opened itself', at: 'f(█)', text: 'g(x)', keeps: 'g(x)' },
      { name: 'cuts only what belongs to the suffix', at: 'f(█)', text: 'g(x))', keeps: 'g(x)' },
      {
        name: 'cuts at the first where more closes than the text does',
        at: 'f(g(█))',
        text: 'x);',
        keeps: 'x',
      },
      {
        name: 'keeps a text that goes on behind the last bracket',
        at: 'f(█)',
        text: 'x);',
        keeps: 'x);',
      },
      {
        name: 'cuts a quote the suffix already has',
        at: 'f("█")',
        text: 'hello")',
        keeps: 'hello',
      },
      {
        name: 'keeps quotes the text opened itself',
        at: 'f(█)',
        text: '"hello"',
        keeps: '"hello"',
      },
      { name: 'keeps a bracket the suffix does not have', at: 'f(█', text: 'x)', keeps: 'x)' },
      {
        name: 'keeps a bracket where the suffix closes another kind',
        at: 'f([█]',
        text: 'x)',
        keeps: 'x)',
      },
      {
        name: 'cuts the bracket behind a block',
        at: 'f() {█}',
        text: '\n  return 1;\n}',
        keeps: '\n  return 1;\n',
      },
    ],
  );
});

describe('trailing space', () => {
  check(
    [trailingSpace],
    [
      { name: 'cuts blanks and lines at the end', at: '█', text: 'a \n\t\n ', keeps: 'a' },
      { name: 'drops a blank text', at: '█', text: ' \n ', keeps: '' },
    ],
  );
});

describe('all filters', () => {
  check(completionFilters, [
    {
      name: 'never take "//" or ``` for an end',
      at: 'x = █',
      text: '"http://a/```"; // b',
      keeps: '"http://a/```"; // b',
    },
    {
      name: 'fill a body between auto-closed brackets',
      at: 'function f() {█}',
      text: '\n  return 1;\n}\n\nfunction g() {}',
      keeps: '\n  return 1;',
    },
    {
      name: 'finish a call between auto-closed brackets',
      at: 'log(█)',
      text: '"a", b);\nlog(',
      keeps: '"a", b);',
    },
    { name: 'keep plain text as it is', at: 'const total = █', text: 'a + b;', keeps: 'a + b;' },
  ]);
});
