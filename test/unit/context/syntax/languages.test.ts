import assert from 'node:assert/strict';
import { grammarNameOf } from '../../../../server/context/syntax/languages.js';

describe('the grammar of a language', () => {
  for (const [grammar, ...identifiers] of [
    ['typescript', 'typescript'],
    ['tsx', 'typescriptreact'],
    ['javascript', 'javascript', 'javascriptreact', 'js'],
    ['cpp', 'cpp', 'c++'],
    ['csharp', 'csharp', 'cs'],
    ['bash', 'shellscript', 'sh'],
  ])
    it(`${grammar} is found by what editors call it: ${identifiers.join(', ')}`, () => {
      for (const identifier of identifiers) assert.equal(grammarNameOf(identifier), grammar);
    });

  it('is none for what no grammar knows', () => {
    assert.equal(grammarNameOf('plaintext'), undefined);
    assert.equal(grammarNameOf(''), undefined);
  });
});
