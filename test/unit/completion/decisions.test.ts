import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { completeAt } from '../../../server/completion/complete-at.js';
import { openParsed, UNHURRIED_MS } from '../../../server/context/syntax/parsed-document.js';
import { GRAMMAR_NAMES } from '../../../server/context/syntax/languages.js';
import { SyntaxService } from '../../../server/context/syntax/syntax-service.js';
import { documentOf } from '../../support/cursor.js';
import { openGate } from '../../support/open-gate.js';
import { ScriptedEngine } from '../../support/scripted-engine.js';
import { grammars, root } from '../context/syntax/grammar-fixtures.js';

/** `LANGUAGE.txt`: what a model writes at a `█`, and what of it is offered. */
const folder = path.join(root, 'test/fixtures/decisions');

interface Case {
  readonly name: string;
  readonly marked: string;
  readonly writes: string;
  readonly offered: string;
}

function casesOf(language: string): Case[] {
  return readFileSync(path.join(folder, `${language}.txt`), 'utf8')
    .split(/^=== /m)
    .slice(1)
    .map((section) => {
      const [head = '', writes = '', offered = ''] = section.split(/^--- .*\n/m);
      const end = head.indexOf('\n');
      return { name: head.slice(0, end), marked: head.slice(end + 1), writes, offered };
    });
}

async function offered(language: string, marked: string, answer: string): Promise<string> {
  const [document, offset] = documentOf(marked, language);
  const syntax = new SyntaxService(grammars);
  await openParsed(syntax, document);
  const options = { maxTokens: 96, maxLines: 8, gate: openGate, syntax, parseMs: UNHURRIED_MS };
  const never = new AbortController().signal;
  const engine = new ScriptedEngine({ answer });
  const { text } = await completeAt(document, offset, engine, options, never);
  syntax.dispose();
  return text;
}

describe('by the syntax', () => {
  it('every language has its cases', () => {
    const files = readdirSync(folder).map((file) => path.basename(file, '.txt'));
    assert.deepEqual(files.sort(), [...GRAMMAR_NAMES].sort());
  });

  for (const language of GRAMMAR_NAMES)
    describe(language, () => {
      for (const { name, marked, writes, offered: expected } of casesOf(language))
        it(name, async () => {
          assert.equal(`${await offered(language, marked, writes)}\n`, expected);
        });
    });
});

// LACUNA_UPDATE_SNAPSHOTS=1 writes what is offered into the files; read what changed before it is committed.
if (process.env['LACUNA_UPDATE_SNAPSHOTS'])
  before(async () => {
    for (const language of GRAMMAR_NAMES) {
      let text = '';
      for (const { name, marked, writes } of casesOf(language)) {
        const result = await offered(language, marked, writes);
        text += `=== ${name}\n${marked}--- the model writes\n${writes}--- is offered\n${result}\n`;
      }
      writeFileSync(path.join(folder, `${language}.txt`), text);
    }
  });
