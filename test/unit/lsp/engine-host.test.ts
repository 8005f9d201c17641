import assert from 'node:assert/strict';
import type { Engine } from '../../../server/engine/contract.js';
import { EngineHost, type EngineObserver } from '../../../server/lsp/engine-host.js';
import { ScriptedEngine } from '../../support/scripted-engine.js';

const settings = { model: '', threads: 0, contextLength: 64, kvCache: 'auto' } as const;
const never = new AbortController().signal;

/** Engines that are loaded by hand, and what became of them, in order. */
function harness() {
  const events: string[] = [];
  const pending: ((engine: Engine | Error) => void)[] = [];
  const observer: EngineObserver = {
    loading: () => events.push('loading'),
    progress: (fraction) => events.push(`progress ${fraction}`),
    ready: ({ info }) => events.push(`ready ${info.model}`),
    failed: (error) => events.push(`failed ${String(error)}`),
  };
  const host = new EngineHost(
    (_, onProgress) =>
      new Promise((resolve, reject) => {
        events.push('load');
        onProgress(0.5);
        pending.push((outcome) => {
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        });
      }),
    observer,
  );
  const engine = (model: string): Engine => {
    const scripted = new ScriptedEngine({ answer: '', info: { model } });
    const close = scripted.close.bind(scripted);
    scripted.close = () => {
      events.push(`close ${model}`);
      return close();
    };
    return scripted;
  };
  return { host, events, pending, engine };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('engine host', () => {
  it('loads in the background and hands the engine out', async () => {
    const { host, events, pending, engine } = harness();
    assert.equal(await host.engine(never), undefined);
    host.load(settings);
    await settle();
    pending[0]!(engine('a'));
    assert.equal((await host.engine(never))?.info.model, 'a');
    assert.deepEqual(events, ['loading', 'load', 'progress 0.5', 'ready a']);
  });

  it('closes the old engine before it loads the new one', async () => {
    const { host, events, pending, engine } = harness();
    host.load(settings);
    await settle();
    pending[0]!(engine('a'));
    await host.engine(never);
    host.load(settings);
    await settle();
    pending[1]!(engine('b'));
    assert.equal((await host.engine(never))?.info.model, 'b');
    assert.deepEqual(events.slice(-5), ['loading', 'close a', 'load', 'progress 0.5', 'ready b']);
  });

  it('throws away a load that was overtaken, and skips one that had not begun', async () => {
    const { host, events, pending, engine } = harness();
    host.load(settings);
    await settle();
    host.load(settings);
    host.load(settings);
    pending[0]!(engine('a'));
    await settle();
    pending[1]!(engine('c'));
    assert.equal((await host.engine(never))?.info.model, 'c');
    assert.equal(pending.length, 2);
    assert.ok(events.includes('close a'));
    assert.ok(!events.includes('ready a'));
  });

  it('reports a failure and hands out nothing', async () => {
    const { host, events, pending } = harness();
    host.load(settings);
    await settle();
    pending[0]!(new Error('broken'));
    assert.equal(await host.engine(never), undefined);
    assert.equal(events.at(-1), 'failed Error: broken');
  });

  it('closes what is still loading as soon as it is there', async () => {
    const { host, events, pending, engine } = harness();
    host.load(settings);
    await settle();
    const closed = host.close();
    pending[0]!(engine('a'));
    await closed;
    assert.equal(events.at(-1), 'close a');
    assert.equal(await host.engine(never), undefined);
  });

  it('lets go of those who wait when they abort', async () => {
    const { host } = harness();
    host.load(settings);
    const abort = new AbortController();
    const waiting = host.engine(abort.signal);
    abort.abort();
    assert.equal(await waiting, undefined);
  });
});
