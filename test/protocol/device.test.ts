import assert from 'node:assert/strict';
import { DeviceError } from '../../server/engine/contract.js';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { ready, serverUnderTest } from './in-process.js';

const uri = 'file:///project/a.ts';
const other = 'file:///project/b.ts';
const end = { line: 0, character: 4 };
const lost = new DeviceError('the GPU is gone', 'Look for it.');

const gpuInfo = { device: 'cuda (A GPU)', deviceReason: 'A GPU works' };
const cpuInfo = { device: 'cpu (AVX2, 2 threads)', deviceReason: 'the CPU was asked for' };

/** An engine on a GPU that is lost at the first prompt with `a = `; others take for ever. */
function lostGpu(): ScriptedEngine {
  return new ScriptedEngine({
    answer: (plan) => {
      if (planText(plan).includes('a = ')) throw lost;
      return 'x y z';
    },
    tokenMs: 600_000,
    info: gpuInfo,
  });
}

describe('language server: the device', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  /** A server whose model comes up on a GPU that will be lost, and then on the CPU. */
  async function onLostGpu() {
    const cpu = new ScriptedEngine({ answer: 'x', info: cpuInfo });
    const engines = [lostGpu(), cpu];
    const server = start(() => Promise.resolve(engines.shift()!));
    await server.client.initialize();
    await server.client.open(uri, 'typescript', 'a = ');
    await server.client.open(other, 'typescript', 'b = ');
    await server.client.status(ready);
    return { client: server.client, loads: server.loads, cpu };
  }

  it('is told with its reason', async () => {
    const { client } = start(new ScriptedEngine({ answer: 'x', info: gpuInfo }));
    await client.initialize();
    const { kind, device, deviceReason } = await client.status(ready);
    assert.deepEqual([kind, device, deviceReason], ['Normal', 'cuda (A GPU)', 'A GPU works']);
  });

  it('that is not the one that was asked for is a warning with a remedy', async () => {
    const info = { ...cpuInfo, deviceReason: 'there is no driver', deviceRemedy: 'Install it.' };
    const { client } = start(new ScriptedEngine({ answer: 'x', info }));
    await client.initialize({ initializationOptions: { device: 'cuda' } });
    const { message, remedy } = await client.status(({ kind }) => kind === 'Warning');
    assert.equal(message, 'scripted runs on the CPU: there is no driver.');
    assert.equal(remedy, 'Install it.');
  });

  it('is what the setting says', async () => {
    const { client, loads } = start(new ScriptedEngine({ answer: 'x' }));
    await client.initialize({ initializationOptions: { device: 'cuda' } });
    await client.status(ready);
    assert.equal(loads[0]?.device, 'cuda');
  });

  it('that is lost costs one completion, and the CPU takes over', async () => {
    const { client, loads } = await onLostGpu();
    assert.deepEqual((await client.inlineComplete(uri, end)).items, []);
    const failed = await client.status(({ message }) => message.startsWith('The latest'));
    assert.equal(failed.remedy, 'Look for it.');
    assert.equal((await client.inlineComplete(uri, end)).items.length, 1);
    const status = await client.until(
      () => client.statuses.findLast(({ message }) => message.includes('runs on the CPU')),
      'the CPU',
    );
    assert.deepEqual(status, {
      busy: status.busy,
      kind: 'Warning',
      message: 'scripted runs on the CPU: the GPU is gone.',
      remedy: 'Look for it.',
      model: 'scripted',
      device: 'cpu (AVX2, 2 threads)',
      deviceReason: 'the GPU is gone',
    });
    assert.deepEqual(
      loads.map(({ device }) => device),
      ['auto', 'cpu'],
    );
  });

  it('that is lost costs no other completion: the CPU answers what was running', async () => {
    const { client, cpu } = await onLostGpu();
    const running = client.inlineComplete(other, end);
    await client.status(({ busy, message }) => busy && message.endsWith('is ready.'));
    assert.deepEqual((await client.inlineComplete(uri, end)).items, []);
    assert.equal((await running).items.length, 1);
    assert.equal(cpu.greedy.length, 1);
  });

  it('is tried again when the model is loaded by command', async () => {
    const { client, loads } = await onLostGpu();
    await client.inlineComplete(uri, end);
    await client.status(({ message }) => message.includes('runs on the CPU'));
    await client.request('workspace/executeCommand', { command: 'lacuna.reloadModel' });
    assert.deepEqual(
      loads.map(({ device }) => device),
      ['auto', 'cpu', 'auto'],
    );
  });
});
