/** The GPU is tried in a process of its own: nothing that a driver does there reaches this one. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { CudaProber, probeCuda, type CudaProbe } from '../../../server/engine/device/probe.js';
import { findAddon } from '../../../server/engine/native/load-addon.js';
import { emulatedFolder, emulationRuns } from '../../cuda/kernel-check.js';
import { inFolder, noDriver } from '../../support/run-cli.js';
import { nativeAddon, packageRoot } from '../addons.js';

const addonFile = findAddon(packageRoot);
const emulated = path.join(emulatedFolder, 'libcuda_emulated.so');

/** What a probe finds with these variables set. */
function probeWith(variables: Readonly<Record<string, string>>): Promise<CudaProbe> {
  return probeCuda(addonFile, { env: { ...process.env, ...variables } });
}

/** A program in the place of the addon, whose `probeCuda` is `body`. */
const withAddon = (body: string, work: (file: string) => Promise<void>) =>
  inFolder({ 'addon.cjs': `exports.probeCuda = () => { ${body} };` }, (folder) =>
    work(path.join(folder, 'addon.cjs')),
  );

const failureOf = (probe: CudaProbe): { code: string; message: string; remedy: string } => {
  assert.ok(!probe.works);
  return probe;
};

describe('trying the GPU', function () {
  this.timeout(60_000);

  it('tells that there is no driver', async () => {
    const { code, message, remedy } = failureOf(await probeWith(noDriver));
    assert.equal(code, 'no-driver');
    assert.match(message, /the NVIDIA driver cannot be loaded: .*libcuda\.so\.1/);
    assert.match(remedy, /use the CPU/);
  });

  it('survives a driver that crashes', () =>
    withAddon('process.abort();', async (file) => {
      const { code, message } = failureOf(await probeCuda(file));
      assert.equal(code, 'crashed');
      assert.match(message, /^the process that tried the GPU was ended by SIG/);
    }));

  it('survives a driver that ends the process', () =>
    withAddon('process.exit(3);', async (file) => {
      assert.match(failureOf(await probeCuda(file)).message, /ended with code 3$/);
    }));

  it('gives up a driver that hangs', () =>
    withAddon('for (;;);', async (file) => {
      const { code, message } = failureOf(await probeCuda(file, { deadlineMs: 300 }));
      assert.equal(code, 'timed-out');
      assert.match(message, /did not answer within 0\.3 s/);
    }));

  it('ends when it is told to', () =>
    withAddon('for (;;);', async (file) => {
      const abort = new AbortController();
      const probe = probeCuda(file, { signal: abort.signal });
      abort.abort(new Error('enough'));
      await assert.rejects(probe, /enough/);
      await assert.rejects(probeCuda(file, { signal: abort.signal }), /enough/);
    }));

  it('tells of an addon that does not load', async () => {
    const { code, message, remedy } = failureOf(await probeCuda('/no/such/addon.node'));
    assert.equal(code, 'MODULE_NOT_FOUND');
    assert.match(message, /addon\.node/);
    assert.ok(remedy);
  });

  it('happens once', () =>
    withAddon('return { name: String(process.pid) };', async (file) => {
      const prober = new CudaProber(file);
      const [first, second] = await Promise.all([prober.probe(), prober.probe()]);
      assert.ok(first.works);
      assert.equal(first, second);
      assert.equal(await prober.probe(), first);
    }));

  it('names the kernels that this build has', () => {
    const { capabilities, neededDriver } = nativeAddon().cudaKernels();
    for (const capability of capabilities) assert.match(capability, /^\d+\.\d$/);
    assert.match(neededDriver, /^1[2-9]\.\d$/);
  });
});

const troubles: readonly (readonly [string, string, string, RegExp])[] = [
  ['no GPU', 'devices=0', 'no-device', /finds no GPU/],
  ['an old driver', 'driver=11040', 'driver-too-old', /is for CUDA 11\.4, and .* needs 1\d\.0/],
  ['an old GPU', 'capability=75', 'unsupported', /compute capability 7\.5, .* need 8\.0 or newer/],
  ['a GPU without memory', 'memory=1k', 'out-of-memory', /no room for \d+ bytes/],
  ['a GPU that is lost', 'lose_launch=1', 'device-lost', /waiting for the device failed/],
];

(emulationRuns ? describe : describe.skip)('trying the emulated GPU', function () {
  this.timeout(60_000);

  it('loads the kernels, runs one, and tells what the GPU is', async () => {
    const probe = await probeWith({ LACUNA_CUDA_DRIVER: emulated });
    assert.deepEqual(probe, {
      works: true,
      gpu: {
        driverVersion: '13.0',
        name: 'Emulated device',
        capability: '9.0',
        multiprocessors: 4,
        totalBytes: 2 ** 30,
        freeBytes: 2 ** 30,
      },
    });
  });

  for (const [what, settings, expected, text] of troubles)
    it(`tells of ${what}`, async () => {
      const variables = { LACUNA_CUDA_DRIVER: emulated, LACUNA_EMULATED_CUDA: settings };
      const { code, message, remedy } = failureOf(await probeWith(variables));
      assert.equal(code, expected);
      assert.match(message, text);
      assert.match(remedy, /CPU/);
    });
});
