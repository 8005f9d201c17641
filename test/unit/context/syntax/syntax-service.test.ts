import fc from 'fast-check';
import assert from 'node:assert/strict';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { DEFAULT_LIMITS, type SyntaxLimits } from '../../../../server/context/syntax/limits.js';
import type { Clock } from '../../../../server/context/syntax/open-document.js';
import { SyntaxService } from '../../../../server/context/syntax/syntax-service.js';
import { grammars, parse, sampleOf } from './grammar-fixtures.js';
import { troublesomeText } from './random-edits.js';

const uri = 'file:///a.ts';
const deadlineMs = 20_000;

function serviceWith(limits: Partial<SyntaxLimits> = {}, clock?: Clock): SyntaxService {
  return new SyntaxService(grammars, { ...DEFAULT_LIMITS, changeMs: 1000, ...limits }, clock);
}

async function opened(text: string, limits?: Partial<SyntaxLimits>): Promise<SyntaxService> {
  const service = serviceWith(limits);
  service.open({ uri, languageId: 'typescript', version: 1, text });
  await service.ready(uri, { deadlineMs });
  return service;
}

const insert = (line: number, character: number, text: string) => ({
  range: { start: { line, character }, end: { line, character } },
  text,
});

describe('the syntax service', () => {
  it('has the tree of an edited document within the change', async () => {
    const service = await opened('const a = 1;\n');
    service.change(uri, 2, [insert(1, 0, 'const b = 2;\n')]);
    const tree = service.tree(uri);
    assert.equal(tree?.version, 2);
    assert.equal(tree.text, 'const a = 1;\nconst b = 2;\n');
    assert.deepEqual(
      tree.tags().definitions.map(({ name }) => name),
      ['a', 'b'],
    );
    service.dispose();
  });

  it('keeps the text that the client has, whatever the changes', async () => {
    const number = fc.integer({ min: 0, max: 9 });
    const change = fc.record({
      range: fc.record({
        start: fc.record({ line: number, character: number }),
        end: fc.record({ line: number, character: number }),
      }),
      text: troublesomeText,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(change, { minLength: 1, maxLength: 3 })),
        async (batches) => {
          const text = sampleOf('typescript').slice(0, 400);
          const service = await opened(text);
          let expected = text;
          for (const [index, changes] of batches.entries()) {
            service.change(uri, index + 2, changes);
            // A fresh document for each change: one that is updated miscounts lines where CR and LF meet by an edit.
            for (const each of changes)
              expected = TextDocument.update(
                TextDocument.create(uri, 'typescript', 1, expected),
                [structuredClone(each)],
                index + 2,
              ).getText();
          }
          const tree = await service.ready(uri, { deadlineMs });
          assert.equal(tree?.text, expected);
          assert.equal(tree.version, batches.length + 1);
          service.dispose();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('takes a whole new text as the edit between the two', async () => {
    const service = await opened('const a = "😀";\n');
    service.replace(uri, 2, 'const a = "😁";\nconst b = 1;\n');
    assert.equal(service.tree(uri)?.tags().definitions.length, 2);
    service.dispose();
  });

  it('refuses to answer from a tree whose document has changed since', async () => {
    const service = await opened('const a = 1;\n');
    const tree = service.tree(uri);
    service.change(uri, 2, [insert(0, 0, ' ')]);
    assert.throws(() => tree?.imports(), /version 1 was used after its document changed/);
    service.dispose();
  });

  it('parses a long file in slices and lets other work run between them', async () => {
    let now = 0;
    const slices: (() => void)[] = [];
    const service = serviceWith(
      { changeMs: 5, sliceMs: 5 },
      { now: () => now++, later: (work) => slices.push(work) },
    );
    const text = sampleOf('typescript').repeat(20);
    service.open({ uri, languageId: 'typescript', version: 1, text });
    await grammars.load('typescript');
    await new Promise(setImmediate);
    assert.deepEqual(service.status(uri), { kind: 'parsing' });
    assert.equal(service.tree(uri), undefined);
    // An edit in between waits and is not lost.
    service.change(uri, 2, [insert(0, 0, 'let first;\n')]);
    let count = 0;
    for (let slice = slices.shift(); slice; slice = slices.shift(), count++) slice();
    assert(count > 5, `${count} slices`);
    assert.equal(
      service.tree(uri)?.toSExpression(),
      (await parse('typescript', `let first;\n${text}`)).toSExpression(),
    );
    service.dispose();
  });

  it('leaves out what is too large, and takes it in when it has shrunk', async () => {
    const service = await opened('const a = 1;\n', { longest: 20 });
    service.change(uri, 2, [insert(1, 0, 'const b = 2;\n')]);
    assert.deepEqual(service.status(uri), {
      kind: 'left-out',
      reason: 'too-large',
      message: 'it has 26 characters, more than the 20 that are parsed',
    });
    service.change(uri, 3, [{ text: 'let c;' }]);
    assert.deepEqual(service.status(uri), { kind: 'ready' });
    service.dispose();
  });

  it('parses what was too large when it was opened once it has shrunk', async () => {
    const service = await opened('const a = 1;\nconst b = 2;\n', { longest: 20 });
    service.change(uri, 2, [{ text: 'let c;' }]);
    assert(await service.ready(uri, { deadlineMs }));
    service.dispose();
  });

  it('leaves out a binary file and says so', async () => {
    const service = await opened('\u007fELF\0\0');
    const status = service.status(uri);
    assert(status?.kind === 'left-out' && status.reason === 'binary');
    assert.equal(await service.ready(uri, { deadlineMs }), undefined);
    service.dispose();
  });

  it('leaves out a language without a grammar, an unknown document has no status', () => {
    const service = serviceWith();
    service.open({ uri, languageId: 'cobol', version: 1, text: 'MOVE A TO B.' });
    assert.deepEqual(service.status(uri), {
      kind: 'left-out',
      reason: 'language',
      message: 'there is no grammar for cobol',
    });
    service.change(uri, 2, [{ text: 'MOVE B TO A.' }]);
    assert.equal(service.status(uri)?.kind, 'left-out');
    assert.equal(service.status('file:///other'), undefined);
    service.dispose();
  });

  it('gives up on a text whose parsing takes too long, until it is changed', async () => {
    let now = 0;
    const clock: Clock = { now: () => now++, later: setImmediate };
    const service = serviceWith({ changeMs: 2, sliceMs: 2, parseMs: 20 }, clock);
    service.open({
      uri,
      languageId: 'typescript',
      version: 1,
      text: sampleOf('typescript').repeat(9),
    });
    assert.equal(await service.ready(uri, { deadlineMs }), undefined);
    const status = service.status(uri);
    assert(status?.kind === 'left-out' && status.reason === 'too-slow');
    service.change(uri, 2, [{ text: 'let a;' }]);
    assert(await service.ready(uri, { deadlineMs }));
    service.dispose();
  });

  it('stops waiting at the deadline, at an abort, and when the document is closed', async () => {
    const service = serviceWith({ changeMs: 0 }, { now: () => 0, later: () => undefined });
    const text = sampleOf('typescript');
    service.open({ uri, languageId: 'typescript', version: 1, text });
    assert.equal(await service.ready(uri, { deadlineMs: 1 }), undefined);
    const abort = new AbortController();
    const aborted = service.ready(uri, { deadlineMs, signal: abort.signal });
    abort.abort();
    assert.equal(await aborted, undefined);
    const closed = service.ready(uri, { deadlineMs });
    service.close(uri);
    assert.equal(await closed, undefined);
  });

  it('says why where a grammar cannot be loaded', async () => {
    const service = new SyntaxService({ load: () => Promise.reject(new Error('no wasm')) });
    service.open({ uri, languageId: 'go', version: 1, text: 'package p' });
    assert.equal(await service.ready(uri, { deadlineMs }), undefined);
    assert.deepEqual(service.status(uri), {
      kind: 'left-out',
      reason: 'grammar',
      message: 'no wasm',
    });
  });

  it('holds a line of a million characters', async () => {
    const service = await opened(`const a = [${'1, '.repeat(330_000)}];\n`);
    service.change(uri, 2, [insert(0, 500_001, '2')]);
    assert.equal((await service.ready(uri, { deadlineMs }))?.version, 2);
    service.dispose();
  });
});
