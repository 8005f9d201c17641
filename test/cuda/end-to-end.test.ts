/** From the command line and an editor to the emulated GPU and back, and what happens when it gives out. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { SpawnedServer } from '../protocol/lsp-client.js';
import { fixtureModel } from '../native/addons.js';
import { readNpy } from '../support/npy.js';
import { inFolder, runCli } from '../support/run-cli.js';
import { emulatedFolder, emulationRuns } from './kernel-check.js';

// The emulated GPU is thousands of times slower than a real one.
const source = 'a = \n';
const uri = 'file:///project/a.ts';
const hole = { line: 0, character: 4 };
const model = fixtureModel('tiny-lite-q8_0.gguf');

/** The emulated GPU in the place of a real one, with these settings (emulation/settings.h). */
const emulated = (settings = '') => ({
  LACUNA_CUDA_DRIVER: path.join(emulatedFolder, 'libcuda_emulated.so'),
  LACUNA_EMULATED_CUDA: settings,
});

(emulationRuns ? describe : describe.skip)('lacuna on a GPU', function () {
  this.timeout(120_000);

  const complete = (settings: string, ...more: string[]) =>
    inFolder({ 'a.ts': source }, (folder) => {
      const args = ['complete', path.join(folder, 'a.ts:1:5'), '--json', '--max-tokens', '3'];
      return runCli([...args, '--model', model, ...more], { env: emulated(settings) });
    });

  it('completes what the CPU completes', async () => {
    const answers = ['cuda', 'cpu'].map(async (device) => {
      const { stdout, stderr } = await complete('', '--device', device);
      assert.equal(stderr, '');
      return JSON.parse(stdout) as { text: string; device: string; deviceReason: string };
    });
    const [cuda, cpu] = await Promise.all(answers);
    assert.equal(cuda?.device, 'cuda (Emulated device)');
    assert.equal(cuda.deviceReason, 'Emulated device works, its driver is for CUDA 13.0');
    assert.notEqual(cuda.text, '');
    assert.match(cpu?.device ?? '', /^cpu/);
    assert.equal(cpu?.text, cuda.text);
  });

  it('says how many bytes a model needs where they are not free, or takes the CPU', async () => {
    const refused = await complete('memory=1m', '--device', 'cuda');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /needs \d+ MiB .* 1 MiB are free/);
    const { stdout } = await complete('memory=1m', '--device', 'auto');
    const { device, deviceReason } = JSON.parse(stdout) as Record<string, string>;
    assert.match(device ?? '', /^cpu/);
    assert.match(deviceReason ?? '', /needs \d+ MiB .* 1 MiB are free/);
  });

  it('says in doctor how the bytes would lie, and where the model runs', async () => {
    const { stdout } = await runCli(['doctor', '--model', model], { env: emulated('memory=16m') });
    assert.match(stdout, /✔ GPU +Emulated device, .*16\.8 MB free of 16\.8 MB/);
    assert.match(stdout, /! GPU memory +[\d.]+ MB needed \(weights .*\), 16\.8 MB free/);
    assert.match(stdout, /✔ Device +cpu \(.*\): .*\d+ .*free/);
    assert.match(stdout, /✔ Trial/);
  });

  it('writes the logits that the CPU writes', () =>
    inFolder({ 'tokens.json': '[1, 5, 9]' }, async (folder) => {
      const logits = async (device: string) => {
        const out = path.join(folder, `${device}.npy`);
        const tokens = path.join(folder, 'tokens.json');
        const args = ['debug', 'logits', '--model', model, '--tokens', tokens, '--out', out];
        const result = await runCli([...args, '--device', device], { env: emulated() });
        assert.equal(result.code, 0, result.stderr);
        assert.ok(result.stderr.includes(`· ${device} (`), result.stderr);
        return readNpy(out);
      };
      const [cpu, cuda] = [await logits('cpu'), await logits('cuda')];
      assert.deepEqual(cuda.shape, cpu.shape);
      const largest = Math.max(...cpu.data.map(Math.abs));
      cpu.data.forEach((value, i) => {
        assert.ok(Math.abs(value - cuda.data[i]!) < 1e-2 * largest, `logit ${i}`);
      });
    }));

  describe('in an editor', () => {
    let server: SpawnedServer | undefined;
    afterEach(async () => {
      await server?.dispose();
      server = undefined;
    });

    it('that is lost costs one completion, and the CPU goes on', async () => {
      // The probe is another process, and loses nothing with its one launch.
      server = SpawnedServer.start(
        ['lsp', '--stdio', '--model', model],
        emulated('lose_launch=40'),
      );
      const { client, ended } = server;
      await client.initialize();
      await client.open(uri, 'typescript', source);
      const ready = await client.status(({ model }) => model !== undefined);
      assert.equal(ready.device, 'cuda (Emulated device)');
      assert.deepEqual((await client.inlineComplete(uri, hole)).items, []);
      assert.notEqual((await client.inlineComplete(uri, hole)).items.length, 0);
      const now = client.statuses.at(-1);
      assert.match(now?.device ?? '', /^cpu/);
      assert.match(now?.message ?? '', /runs on the CPU: .*the device was lost/);
      assert.ok(now?.remedy);
      await client.shutdown();
      assert.equal((await ended).code, 0);
    });
  });
});
