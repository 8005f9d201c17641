import assert from 'node:assert/strict';
import { DeviceError, EngineError, type Engine } from '../../../server/engine/contract.js';
import {
  EngineHost,
  type EngineObserver,
  type EngineSettings,
} from '../../../server/lsp/engine-host.js';
import { ScriptedEngine } from '../../support/scripted-engine.js';

const settings = {
  model: '',
  threads: 0,
  contextLength: 64,
  device: 'auto',
  kvCache: 'auto',
} as const;
const never = new AbortController().signal;

/** Engines that are loaded by hand, and what became of them, in order. */
function harness() {
  const events: string[] = [];
  const pending: ((engine: Engine | Error) => void)[] = [];
  const asked: EngineSettings[] = [];
  const observer: EngineObserver = {
    loading: (lost) => events.push(lost ? `loading after: ${lost.message}` : 'loading'),
    progress: (fraction) => events.push(`progress ${fraction}`),
    ready: ({ info }, lost) =>
      events.push(`ready ${info.model}${lost ? ` after: ${lost.message}` : ''}`),
    failed: (error) => events.push(`failed ${String(error)}`),
  };
  const host = new EngineHost(
    (settings, onProgress) =>
      new Promise((resolve, reject) => {
        asked.push(settings);
        events.push('load');
        onProgress(0.5);
        pending.push((outcome) => {
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        });
      }),
    observer,
    20,
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
  return { host, events, pending, asked, engine };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('engine host', () => {
  it('loads another one only when the one it was told to close is gone', async () => {
    const { host, events, pending, engine } = harness();
    host.load(settings);
    await settle();
    const first = engine('first');
    let gone: () => void = () => undefined;
    const close = first.close.bind(first);
    first.close = () =>
      new Promise((resolve) => {
        gone = () => {
          resolve(close());
        };
      });
    pending.shift()!(first);
    await settle();
    const closed = host.close();
    host.load(settings);
    await settle();
    assert.equal(events.filter((event) => event === 'load').length, 1);
    gone();
    await closed;
    await settle();
    assert.equal(events.filter((event) => event === 'load').length, 2);
  });

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

  describe('whose device is lost', () => {
    const lost = new DeviceError('the GPU is gone', 'Look for it.');

    /** A host whose engine `gpu` runs on a GPU. */
    async function onGpu(device: EngineSettings['device'] = 'auto') {
      const all = harness();
      all.host.load({ ...settings, device });
      await settle();
      const gpu = all.engine('gpu');
      all.pending[0]!(gpu);
      await all.host.engine(never);
      return { ...all, gpu };
    }

    it('loads the model on the CPU, once the engine is closed, and says why', async () => {
      const { host, events, pending, asked, engine, gpu } = await onGpu();
      host.requestFailed(gpu, lost);
      await settle();
      assert.deepEqual(asked.at(-1), { ...settings, device: 'cpu' });
      pending[1]!(engine('cpu'));
      assert.equal((await host.engine(never))?.info.model, 'cpu');
      assert.deepEqual(events.slice(-5), [
        'loading after: the GPU is gone',
        'close gpu',
        'load',
        'progress 0.5',
        'ready cpu after: the GPU is gone',
      ]);
    });

    it('lets who asks meanwhile wait for the CPU', async () => {
      const { host, pending, engine, gpu } = await onGpu('cuda');
      assert.ok(!host.replaced(gpu));
      host.requestFailed(gpu, lost);
      assert.ok(host.replaced(gpu));
      const waiting = [host.engine(never), host.engine(never)];
      await settle();
      const cpu = engine('cpu');
      pending[1]!(cpu);
      assert.deepEqual(await Promise.all(waiting), [cpu, cpu]);
      assert.ok(!host.replaced(cpu));
    });

    it('loads once, however many requests fell with it', async () => {
      const { host, pending, asked, engine, gpu } = await onGpu();
      for (let request = 0; request < 3; request++) host.requestFailed(gpu, lost);
      await settle();
      pending[1]!(engine('cpu'));
      await host.engine(never);
      host.requestFailed(gpu, lost);
      await settle();
      assert.equal(asked.length, 2);
    });

    it('does not go round in circles', async () => {
      const { host, pending, asked, engine, gpu } = await onGpu();
      host.requestFailed(gpu, lost);
      await settle();
      const cpu = engine('cpu');
      pending[1]!(cpu);
      await host.engine(never);
      host.requestFailed(cpu, lost);
      await settle();
      assert.equal(asked.length, 2);
      assert.equal(await host.engine(never), cpu);
    });

    it('tries the GPU again when it is told to load', async () => {
      const { host, pending, asked, engine, gpu } = await onGpu();
      host.requestFailed(gpu, lost);
      await settle();
      pending[1]!(engine('cpu'));
      await host.engine(never);
      host.load(settings);
      await settle();
      assert.equal(asked.at(-1)?.device, 'auto');
      pending[2]!(engine('gpu'));
      await host.engine(never);
    });

    it('reports that the CPU cannot take the model, and stops there', async () => {
      const { host, events, pending, asked, gpu } = await onGpu();
      host.requestFailed(gpu, lost);
      await settle();
      pending[1]!(new Error('no room'));
      assert.equal(await host.engine(never), undefined);
      assert.equal(events.at(-1), 'failed Error: no room');
      assert.equal(asked.length, 2);
    });

    it('goes on without the one that does not close', async () => {
      const closes = [
        () => Promise.reject(new Error('the GPU is gone')),
        () => new Promise<void>(() => undefined),
      ];
      for (const close of closes) {
        const { host, pending, engine, gpu } = await onGpu();
        gpu.close = close;
        host.requestFailed(gpu, lost);
        while (pending.length < 2) await settle();
        pending[1]!(engine('cpu'));
        assert.equal((await host.engine(never))?.info.model, 'cpu');
      }
    });

    it('is not lost by any other failure', async () => {
      const { host, asked, gpu } = await onGpu();
      host.requestFailed(gpu, new EngineError('the prompt is empty', 'Write one.'));
      host.requestFailed(gpu, new Error('bad'));
      await settle();
      assert.equal(asked.length, 1);
      assert.equal(await host.engine(never), gpu);
    });
  });
});
