import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'vscode-languageserver';
import type { LacunaStatus } from '../../../protocol/index.js';
import { StatusReporter } from '../../../server/lsp/status-reporter.js';

const BUSY_MS = 10;
const document = 'file:///a';
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
  return { status: new StatusReporter(connection, BUSY_MS), sent };
}

/** Until a completion that has not ended calls the engine busy. */
const busyEngine = () => sleep(3 * BUSY_MS);

describe('status reporter', () => {
  it('tells the speed of the latest completion while the model stays', () => {
    const { status, sent } = reporter();
    status.set(ready);
    status.completionStarted(document);
    status.completionEnded(document, 12);
    status.completionStarted(document);
    status.completionEnded(document, 0);
    assert.deepEqual(sent.at(-1), { ...ready, tokensPerSecond: 12 });
  });

  it('tells why nothing was offered until something else has become of a completion', () => {
    const refusal = { message: 'It holds secrets.', remedy: 'Rename it.' };
    const { status, sent } = reporter();
    status.set(ready);
    status.completionStarted(document);
    status.completionRefused(refusal, document);
    assert.deepEqual(sent.at(-1), { ...ready, refusal: { ...refusal, document } });
    status.completionStarted(document);
    status.completionEnded(document, 0);
    assert.deepEqual(sent.at(-1), ready);
  });

  it('tells why nothing was shown, and where, until the next completion', () => {
    const { status, sent } = reporter();
    status.set(ready);
    for (const document of ['file:///a', 'file:///b']) {
      status.completionStarted(document);
      status.completionEnded(document, 0);
      assert.deepEqual(sent.at(-1), ready);
      status.confident(false, document);
      assert.equal(sent.at(-1)?.withheld?.document, document);
    }
    status.confident(true, 'file:///b');
    assert.deepEqual(sent.at(-1), ready);
  });

  it('says that the engine is busy, and where, once a completion takes long, until it has ended', async () => {
    const { status, sent } = reporter();
    status.set(ready);
    status.completionStarted(document);
    assert.equal(sent.at(-1)?.engineBusy, undefined);
    await busyEngine();
    assert.equal(sent.at(-1)?.engineBusy?.document, document);
    status.completionEnded(document, 0);
    assert.deepEqual(sent.at(-1), ready);
    await busyEngine();
    assert.deepEqual(sent.at(-1), ready);
  });

  it('says so of the latest completion alone, whatever has become of those before it', async () => {
    const { status, sent } = reporter();
    status.set(ready);
    for (const each of ['file:///a', 'file:///b']) status.completionStarted(each);
    status.completionEnded('file:///a', 0);
    await busyEngine();
    assert.equal(sent.at(-1)?.engineBusy?.document, 'file:///b');
    assert.ok(sent.every(({ engineBusy }) => engineBusy?.document !== 'file:///a'));
    status.set(loading);
    await busyEngine();
    assert.equal(sent.at(-1)?.engineBusy, undefined);
  });

  it('says it of no document whose own completion has ended, whatever goes on elsewhere', async () => {
    const { status, sent } = reporter();
    status.set(ready);
    status.completionStarted('file:///slow');
    status.completionStarted('file:///ignored');
    status.completionRefused({ message: 'It is ignored.', remedy: 'Name it.' }, 'file:///ignored');
    await busyEngine();
    assert.ok(sent.every(({ engineBusy }) => engineBusy === undefined));
    assert.equal(sent.at(-1)?.busy, true);
    status.completionStarted(document);
    status.completionStarted(document);
    status.completionEnded(document, 0);
    await busyEngine();
    assert.equal(sent.at(-1)?.engineBusy?.document, document);
    status.completionEnded(document, 0);
    assert.equal(sent.at(-1)?.engineBusy, undefined);
  });

  it('forgets the speed with the model', () => {
    for (const next of [failed, loading, { ...ready, model: 'b' }]) {
      const { status, sent } = reporter();
      status.set(ready);
      status.completionStarted(document);
      status.completionEnded(document, 12);
      status.set(next);
      assert.deepEqual(sent.at(-1), next);
    }
  });

  it('takes no speed from a completion that ends after its model', () => {
    for (const next of [failed, loading]) {
      const { status, sent } = reporter();
      status.set(ready);
      status.completionStarted(document);
      status.set(next);
      status.completionEnded(document, 12);
      assert.deepEqual(sent.at(-1), next);
    }
  });

  it('forgets a failed completion with the model that failed', () => {
    const { status, sent } = reporter();
    status.set(ready);
    status.completionStarted(document);
    status.completionFailed(document, 'It failed.', 'Wait.');
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
