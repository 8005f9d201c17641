import assert from 'node:assert/strict';
import { EngineError } from '../../../server/engine/contract.js';
import {
  chooseDevice,
  deviceSettings,
  insistOnDevice,
} from '../../../server/engine/device/choose-device.js';
import { loadOnDevice } from '../../../server/engine/device/load-on-device.js';
import type { CudaProbe } from '../../../server/engine/device/probe.js';
import type { Device } from '../../../server/engine/native/addon.js';
import { loadNativeEngine } from '../../../server/engine/native/engine.js';
import { FakeAddon, nativeError } from './fake-addon.js';

const works: CudaProbe = {
  works: true,
  gpu: {
    ...{ driverVersion: '13.0', name: 'Fake GPU', capability: '9.0', multiprocessors: 4 },
    ...{ totalBytes: 2, freeBytes: 1 },
  },
};
const missing: CudaProbe = {
  works: false,
  code: 'no-device',
  message: 'the NVIDIA driver finds no GPU.',
  remedy: 'Check that the GPU is visible.',
};
const probeOf = (probe: CudaProbe) => () => Promise.resolve(probe);

describe('the device', () => {
  it('is the GPU where it works, unless the CPU is asked for', async () => {
    const devices = await Promise.all(
      deviceSettings.map(async (setting) => (await chooseDevice(setting, probeOf(works))).device),
    );
    assert.deepEqual(Object.fromEntries(deviceSettings.map((name, i) => [name, devices[i]])), {
      auto: 'cuda',
      cpu: 'cpu',
      cuda: 'cuda',
    });
  });

  it('is the CPU where there is no GPU, with the reason', async () => {
    assert.deepEqual(await chooseDevice('auto', probeOf(missing)), {
      device: 'cpu',
      deviceReason: 'the NVIDIA driver finds no GPU',
    });
  });

  it('that was asked for and cannot be used is a matter for a remedy', async () => {
    const { device, deviceRemedy } = await chooseDevice('cuda', probeOf(missing));
    assert.deepEqual([device, deviceRemedy], ['cpu', 'Check that the GPU is visible.']);
    await assert.rejects(insistOnDevice('cuda', probeOf(missing)), (error: EngineError) => {
      assert.equal(error.message, 'no GPU can be used: the NVIDIA driver finds no GPU');
      return error.remedy === 'Check that the GPU is visible.';
    });
    assert.equal((await insistOnDevice('auto', probeOf(missing))).device, 'cpu');
  });

  it('is not tried where the CPU is asked for', async () => {
    const never = () => Promise.reject(new Error('it was tried'));
    assert.equal((await chooseDevice('cpu', never)).device, 'cpu');
  });
});

describe('loading on a device', () => {
  const noRoom = 'the GPU has no room for 9 bytes: 1 of 2 are free';

  /** Loads a made-up model; on the devices in `broken` that fails. */
  async function load(
    device: (typeof deviceSettings)[number],
    { probe = works, insist = false, broken = [] as Device[] } = {},
  ) {
    const tried: Device[] = [];
    const loading = loadOnDevice({ device, insist }, probeOf(probe), (choice) => {
      tried.push(choice.device);
      const loadError = nativeError('out-of-memory', noRoom);
      const addon = new FakeAddon(broken.includes(choice.device) ? { loadError } : {});
      return loadNativeEngine(addon, 'fake.gguf', { device: choice.device }, undefined, choice);
    });
    return { tried, info: (await loading).info };
  }

  it('says which device it is, and why', async () => {
    const { info } = await load('auto');
    assert.equal(info.device, 'cuda (Fake GPU)');
    assert.equal(info.deviceReason, 'Fake GPU works, its driver is for CUDA 13.0');
    const { info: onCpu } = await load('auto', { probe: missing });
    assert.equal(onCpu.device, 'cpu (AVX2, 2 threads)');
    assert.equal(onCpu.deviceReason, 'the NVIDIA driver finds no GPU');
    assert.ok(!('deviceRemedy' in onCpu));
  });

  it('takes the CPU where the GPU has no room, and says so', async () => {
    const { tried, info } = await load('auto', { broken: ['cuda'], insist: true });
    assert.deepEqual(tried, ['cuda', 'cpu']);
    assert.equal(info.deviceReason, noRoom);
    assert.ok(!('deviceRemedy' in info));
  });

  it('takes the CPU in an editor even where the GPU was asked for, with what to do', async () => {
    for (const options of [{ probe: missing }, { broken: ['cuda' as const] }]) {
      const { info } = await load('cuda', options);
      assert.equal(info.device, 'cpu (AVX2, 2 threads)');
      assert.ok(info.deviceRemedy);
    }
  });

  it('fails on the command line where the GPU was asked for', async () => {
    await assert.rejects(load('cuda', { probe: missing, insist: true }), /no GPU can be used/);
    await assert.rejects(load('cuda', { broken: ['cuda'], insist: true }), /no room for 9 bytes/);
  });

  it('fails where the CPU cannot take the model either', async () => {
    await assert.rejects(load('auto', { broken: ['cuda', 'cpu'] }), EngineError);
  });
});
