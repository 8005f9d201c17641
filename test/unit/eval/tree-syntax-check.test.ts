import assert from 'node:assert/strict';
import { GrammarStore, grammarFolders } from '../../../server/context/syntax/grammar-store.js';
import { SyntaxService } from '../../../server/context/syntax/syntax-service.js';
import { parsesClean } from '../../../server/eval/metrics/syntax-check.js';
import { treeSyntaxCheck } from '../../../server/eval/metrics/tree-syntax-check.js';
import { repository } from '../../support/run-cli.js';

describe('the syntax check of an evaluation', () => {
  const check = treeSyntaxCheck(new SyntaxService(new GrammarStore(grammarFolders(repository))));

  it('counts what does not parse, and says nothing of a language without a grammar', async () => {
    assert.equal(await check.errors('const a = f(1);\n', 'typescript'), 0);
    assert.ok((await check.errors('const a = f(1;\n', 'typescript'))! > 0);
    assert.equal(await check.errors('def f():\n    return 1\n', 'python'), 0);
    assert.equal(await check.errors('anything', 'plaintext'), undefined);
  });

  it('tells an answer that parses from one that does not', async () => {
    const prefix = 'export function f(a: number) {\n  return call(';
    const base = { id: '1', gold: 'a', language: 'typescript', file: 'a.ts' };
    const hole = { ...base, prefix, suffix: ');\n}\n' };
    for (const [text, clean] of [
      ['a', true],
      ['a, { b: [1] }', true],
      ['(a', false],
      ['a;\n  const b =', false],
    ] as const)
      assert.equal(await parsesClean(check, hole, { text, replaced: 0 }), clean, text);
  });
});
