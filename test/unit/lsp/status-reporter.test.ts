import assert from 'node:assert/strict';
import type { Connection } from 'vscode-languageserver';
import type { LacunaStatus } from '../../../protocol/index.js';
import { StatusReporter } from '../../../server/lsp/status-reporter.js';

const ready = { busy: false, kind: 'Normal', message: 'a is ready.', model: 'a' } as const;
const loading = { busy: true, kind: 'Normal', message: 'The model is loading.' } as const;
const failed = { busy: false, kind: 'Error', message: 'No.', remedy: 'Mend it.' } as const;

function reporter() {
  const sent: LacunaStatus[] = [];
  const connection = {
    sendNotification: (_: string, status: LacunaStatus) => {
      sent.push(status);
      return Promise.resolve();
    },
  } as unknown as Connection;
  return { status: new StatusReporter(connection), sent };
}

describe('status reporter', () => {
  it('tells the speed of the latest completion while the model stays', () => {
    const { status, sent } = reporter();
    status.set(ready);
    status.completionStarted();
    status.completionEnded(12);
    status.completionStarted();
    status.completionEnded(0);
    assert.deepEqual(sent.at(-1), { ...ready, tokensPerSecond: 12 });
  });

  it('tells why nothing was offered until something else has become of a completion', () => {
    const refusal = { message: 'It holds secrets.', remedy: 'Rename it.' };
    const { status, sent } = reporter();
    status.set(ready);
    status.completionStarted();
    status.completionRefused(refusal, 'file:///a');
    assert.deepEqual(sent.at(-1), {
      ...ready,
      refusal: { ...refusal, document: 'file:///a' },
    });
    status.completionStarted();
    status.completionEnded(0);
    assert.deepEqual(sent.at(-1), ready);
  });

  it('tells why nothing was shown, and where, until the next completion', () => {
    const { status, sent } = reporter();
    status.set(ready);
    for (const document of ['file:///a', 'file:///b']) {
      status.completionStarted();
      status.completionEnded(0);
      assert.deepEqual(sent.at(-1), ready);
      status.confident(false, document);
      assert.equal(sent.at(-1)?.withheld?.document, document);
    }
    status.confident(true, 'file:///b');
    assert.deepEqual(sent.at(-1), ready);
  });

  it('forgets the speed with the model', () => {
    for (const next of [failed, loading, { ...ready, model: 'b' }]) {
      const { status, sent } = reporter();
      status.set(ready);
      status.completionStarted();
      status.completionEnded(12);
      status.set(next);
      assert.deepEqual(sent.at(-1), next);
    }
  });

  it('takes no speed from a completion that ends after its model', () => {
    for (const next of [failed, loading]) {
      const { status, sent } = reporter();
      status.set(ready);
      status.completionStarted();
      status.set(next);
      status.completionEnded(12);
      assert.deepEqual(sent.at(-1), next);
    }
  });

  it('forgets a failed completion with the model that failed', () => {
    const { status, sent } = reporter();
    status.set(ready);
    status.completionStarted();
    status.completionFailed('It failed.', 'Wait.');
    assert.equal(sent.at(-1)?.kind, 'Warning');
    status.set(loading);
    assert.deepEqual(sent.at(-1), loading);
  });

  it('says nothing twice', () => {
    const { status, sent } = reporter();
    status.set(ready);
    status.set({ ...ready });
    assert.equal(sent.length, 1);
  });
});
