import assert from 'node:assert/strict';
import fc from 'fast-check';
import { completeAt } from '../../../server/completion/complete-at.js';
import { byFaults } from '../../../server/completion/candidates.js';
import type { Completion } from '../../../server/completion/completion.js';
import { GRAMMAR_NAMES } from '../../../server/context/syntax/languages.js';
import { openParsed, UNHURRIED_MS } from '../../../server/context/syntax/parsed-document.js';
import { SyntaxService } from '../../../server/context/syntax/syntax-service.js';
import { documentOf } from '../../support/cursor.js';
import { openGate } from '../../support/open-gate.js';
import { ScriptedEngine } from '../../support/scripted-engine.js';
import { grammars, sampleOf } from '../context/syntax/grammar-fixtures.js';

async function complete(marked: string, languageId: string, answer: string) {
  const [document, offset] = documentOf(marked, languageId);
  const syntax = new SyntaxService(grammars);
  await openParsed(syntax, document);
  const pieces: string[] = [];
  const onText = (piece: string) => pieces.push(piece);
  const parts = { gate: openGate, syntax, parseMs: UNHURRIED_MS, onText };
  const options = { maxTokens: 96, maxLines: 8, ...parts };
  const never = new AbortController().signal;
  const engine = new ScriptedEngine({ answer });
  const completion = await completeAt(document, offset, engine, options, never);
  syntax.dispose();
  return { completion, pieces, engine };
}

describe('a completion in its place', () => {
  it('generates nothing behind the statement that it ends with', async () => {
    const answer = `const a = 1;\n${'  wasted();\n'.repeat(30)}`;
    const { completion } = await complete('{\n  █\n  next();\n}', 'typescript', answer);
    assert.equal(completion.text, 'const a = 1;');
    assert.ok(completion.stats.generatedTokens < 12, String(completion.stats.generatedTokens));
  });

  it('generates nothing behind the bracket that closes what it opened', async () => {
    const answer = `() => {\n  a();\n});\n${'wasted();\n'.repeat(30)}`;
    const { completion } = await complete('run(█);', 'typescript', answer);
    assert.equal(completion.text, '() => {\n  a();\n}');
    assert.ok(completion.stats.generatedTokens < 25, String(completion.stats.generatedTokens));
  });

  it('has the document’s line ends, and is decided the same with them', async () => {
    const marked = 'send({\r\n  url: "😀",\r\n  █\r\n});\r\n';
    const { completion } = await complete(marked, 'javascript', 'a: {\n    b: 1\n  } });\nmore();');
    assert.equal(completion.text, 'a: {\r\n    b: 1\r\n  }');
  });

  it('ranks candidates by the errors that they leave, and otherwise keeps their order', () => {
    const of = (text: string, newFaults?: number) =>
      ({ text, ...(newFaults !== undefined && { newFaults }) }) as Completion;
    const ranked = byFaults([of('a', 1), of('b'), of('c', 0), of('d', -1)]);
    assert.deepEqual(
      ranked.map(({ text }) => text),
      ['d', 'b', 'c', 'a'],
    );
  });

  it('streams what it resolves to, tears no character and adds no error, whatever is written where', async () => {
    const piece = fc.constantFrom(
      ...[
        '(',
        ')',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '\n',
        '\n  ',
        '\n\t',
        ' ',
        'if',
        'x',
        '1',
        ';',
        ',',
      ],
      ...[
        '😀',
        '// a',
        '#',
        '=> {',
        ':',
        'return y;',
        'def f():',
        'end',
        '`${',
        '/*',
        '\\',
        '\r\n',
      ],
    );
    const answer = fc.array(piece, { maxLength: 20, size: 'max' }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...GRAMMAR_NAMES),
        fc.nat(),
        answer,
        async (language, at, text) => {
          const sample = sampleOf(language);
          const offset = at % (sample.length + 1);
          const marked = `${sample.slice(0, offset)}█${sample.slice(offset)}`;
          const { completion, pieces } = await complete(marked, language, text);
          assert.equal(pieces.join(''), completion.text);
          assert.doesNotMatch(completion.text, /\p{Cs}/u);
          assert.ok((completion.newFaults ?? 0) <= 0, JSON.stringify(completion));
          assert.equal(completion.range.start.line, completion.range.end.line);
        },
      ),
      { numRuns: 150 },
    );
  });
});
