import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { emulatedFolder, emulationRuns } from '../../cuda/kernel-check.js';
import { embeddedModelFile } from '../../native/addons.js';
import { writeChatModel } from '../../support/chat-model.js';
import { readNpy } from '../../support/npy.js';
import { inFolder, repository, runCli, runNode, type CliResult } from '../../support/run-cli.js';

const models = path.join(repository, 'test', 'fixtures', 'models');

/** One clear line for people, and nothing that only helps programmers. */
function assertExplained(result: CliResult, code: number, text: RegExp): void {
  assert.equal(result.code, code, result.stderr);
  assert.match(result.stderr, text);
  assert.doesNotMatch(result.stderr, /^\s+at /m);
  assert.equal(result.stdout, '');
}

describe('lacuna', function () {
  this.timeout(60_000);

  describe('complete', () => {
    const source = 'export function add(a: number, b: number): number {\n  return \n}\n';

    it('prints what belongs at the cursor, and what it cost on standard error', () =>
      inFolder({ 'a.ts': source }, async (folder) => {
        const result = await runCli(['complete', path.join(folder, 'a.ts:2:10')]);
        assert.equal(result.code, 0, result.stderr);
        assert.match(result.stdout, /^\S.*\n$/);
        assert.match(result.stderr, /^\d+ tokens · [\d.]+ tokens\/s · cpu \(.*\) · \S/);
      }));

    it('prints the same as JSON, with its range', () =>
      inFolder({ 'a.ts': source }, async (folder) => {
        const place = path.join(folder, 'a.ts:2:10');
        const plain = await runCli(['complete', place]);
        const result = await runCli(['complete', place, '--json']);
        assert.equal(result.stderr, '');
        const json = JSON.parse(result.stdout) as Record<string, unknown>;
        assert.equal(`${json['text'] as string}\n`, plain.stdout);
        const position = { line: 1, character: 9 };
        assert.deepEqual(json['range'], { start: position, end: position });
        for (const key of [
          'promptTokens',
          'residentTokens',
          'generatedTokens',
          'tokensPerSecond',
          'prefillMs',
          'decodeMs',
        ]) {
          assert.equal(typeof json[key], 'number', key);
        }
        for (const key of ['reason', 'model', 'device', 'deviceReason'])
          assert.equal(typeof json[key], 'string', key);
      }));

    it('generates no more tokens than it may', () =>
      inFolder({ 'a.ts': source }, async (folder) => {
        const place = path.join(folder, 'a.ts:2:10');
        const result = await runCli(['complete', place, '--json', '--max-tokens', '1']);
        assert.equal((JSON.parse(result.stdout) as { generatedTokens: number }).generatedTokens, 1);
      }));

    it('takes the model from LACUNA_MODEL, and --model before that', () =>
      inFolder({ 'a.ts': source }, async (folder) => {
        const place = path.join(folder, 'a.ts:2:10');
        const env = { LACUNA_MODEL: path.join(folder, 'missing.gguf') };
        assertExplained(await runCli(['complete', place], { env }), 1, /missing\.gguf/);
        assert.equal(
          (await runCli(['complete', place, '--model', embeddedModelFile], { env })).code,
          0,
        );
      }));

    it('says why it completes no file of secrets, nor one that .lacunaignore names', () =>
      inFolder({ '.env': 'A=', '.lacunaignore': 'a.ts', 'a.ts': source }, async (folder) => {
        const [secrets, ignored] = [path.join(folder, '.env:1:3'), path.join(folder, 'a.ts:1:1')];
        assertExplained(await runCli(['complete', secrets]), 1, /\.env is shown to the model/);
        assertExplained(await runCli(['complete', ignored]), 1, /\.lacunaignore names it/);
      }));

    it('explains files and places that cannot be used', () =>
      inFolder({ 'a.ts': source, 'latin.ts': Buffer.from([0x61, 0xe9, 0x0a]) }, async (folder) => {
        const cases: readonly [string, number, RegExp][] = [
          [path.join(folder, 'no.ts:1:1'), 1, /no\.ts does not exist/],
          [path.join(folder, 'a.ts', 'b:1:1'), 1, /does not exist/],
          [`${folder}:1:1`, 1, /is a directory/],
          [path.join(folder, 'latin.ts:1:1'), 1, /is not UTF-8/],
          [path.join(folder, 'a.ts:99:1'), 1, /line 99 is outside/],
          [path.join(folder, 'a.ts:1:99'), 1, /column 99 is outside/],
          [path.join(folder, 'a.ts'), 2, /must be FILE:LINE:COL/],
        ];
        for (const [place, code, text] of cases) {
          assertExplained(await runCli(['complete', place]), code, text);
        }
      }));

    it('explains models that cannot be used, each for what it is', () =>
      inFolder({ 'a.ts': source, 'empty.gguf': '', 'text.gguf': 'hello\n' }, async (folder) => {
        const instruct = path.join(folder, 'tiny-Instruct.gguf');
        copyFileSync(path.join(models, 'tiny-lite-q8_0.gguf'), instruct);
        const cases: readonly [string, RegExp][] = [
          [path.join(folder, 'missing.gguf'), /no such file/],
          [folder, /is a directory/],
          [path.join(folder, 'empty.gguf'), /is empty/],
          [path.join(folder, 'text.gguf'), /is not a GGUF file/],
          [instruct, /cannot fill holes.*DeepSeek-Coder-V2-Lite-Base/],
        ];
        for (const [model, text] of cases) {
          const args = ['complete', path.join(folder, 'a.ts:2:10'), '--model', model];
          assertExplained(await runCli(args), 1, text);
        }
      }));

    it('computes where it is told to, or says what to do', () =>
      inFolder({ 'a.ts': source }, async (folder) => {
        const args = ['complete', path.join(folder, 'a.ts:2:10'), '--device'];
        assert.equal((await runCli([...args, 'cpu'])).code, 0);
        assertExplained(
          await runCli([...args, 'cuda']),
          1,
          /no GPU can be used: the NVIDIA driver cannot be loaded: .*use the CPU/,
        );
        assertExplained(await runCli([...args, 'gpu']), 2, /Allowed choices are auto, cpu, cuda/);
      }));

    it('is quiet when its reader closes the pipe', () =>
      inFolder({ 'a.ts': source }, async (folder) => {
        const place = path.join(folder, 'a.ts:2:10');
        const result = await runCli(['complete', place], { closeStdout: true });
        assert.equal(result.code, 0, result.stderr);
        assert.doesNotMatch(result.stderr, /EPIPE|Error/);
      }));
  });

  it('stops at Ctrl-C and ends with 130', async () => {
    const module = pathToFileURL(path.join(repository, 'dist/server/cli/interrupt.js')).href;
    const script = `
      import { interruptible } from ${JSON.stringify(module)};
      const keepAlive = setInterval(() => undefined, 1000);
      process.exitCode = await interruptible((signal) => new Promise((resolve) => {
        signal.addEventListener('abort', () => { clearInterval(keepAlive); resolve(130); });
        process.kill(process.pid, 'SIGINT');
      }));`;
    const result = await runNode(['--input-type=module', '--eval', script]);
    assert.deepEqual([result.code, result.signal, result.stderr], [130, null, '']);
  });

  it('ends at once with 130 where Ctrl-C comes while a model loads', () => {
    // In the place of the addon's own load: one that never ends, and Ctrl-C.
    const endlessLoad = `
      const { dlopen } = process;
      process.dlopen = (module, ...rest) => {
        dlopen.call(process, module, ...rest);
        const loadEngine = () => new Promise(() => {
          setInterval(() => undefined, 1000);
          setImmediate(() => process.kill(process.pid, 'SIGINT'));
        });
        module.exports = { ...module.exports, loadEngine };
      };`;
    const files = { 'endless.cjs': endlessLoad, 'a.ts': 'a = ', 't.json': '[1]' };
    return inFolder(files, async (folder) => {
      const at = (name: string) => path.join(folder, name);
      const model = path.join(models, 'tiny-lite-q8_0.gguf');
      for (const args of [
        ['complete', at('a.ts:1:5')],
        ['doctor'],
        ['debug', 'logits', '--model', model, '--tokens', at('t.json'), '--out', at('o.npy')],
      ]) {
        const env = { NODE_OPTIONS: `--require=${at('endless.cjs')}` };
        const { code, signal } = await runCli(args, { env });
        assert.deepEqual([code, signal], [130, null], args[0]);
      }
    });
  });

  describe('doctor', () => {
    it('finds everything in order in a built clone', async () => {
      const result = await runCli(['doctor', '--json']);
      assert.equal(result.code, 0, result.stdout);
      const { works, checks } = JSON.parse(result.stdout) as {
        works: boolean;
        checks: { name: string; state: string }[];
      };
      assert.equal(works, true);
      const machine = ['Node.js', 'Engine', 'CPU', 'GPU'];
      const model = ['Model', 'Fill-in', 'Chat', 'Memory', 'Device', 'Trial'];
      assert.deepEqual(
        checks.map(({ name }) => name),
        [...machine, ...model],
      );
    });

    it('finds no fault in a model that answers and does not complete, and says what it is good for', () =>
      inFolder({}, async (folder) => {
        const result = await runCli(['doctor', '--model', writeChatModel(folder)]);
        assert.equal(result.code, 0, result.stdout);
        assert.match(result.stdout, /! Fill-in .*cannot fill holes/);
        assert.match(result.stdout, /✔ Chat .*answers questions/);
        assert.match(result.stdout, /\nChat works; completions need another model\.\n$/);
      }));

    it('has a problem where a GPU is asked for and there is none', async () => {
      const result = await runCli(['doctor', '--device', 'cuda']);
      assert.equal(result.code, 1);
      assert.match(result.stdout, /✘ GPU .*driver cannot be loaded.*\n +→ .*use the CPU/);
      assert.match(result.stdout, /✘ Device .*cpu \(.*cannot be loaded/);
    });

    it('tries no GPU where the CPU is asked for', async () => {
      const result = await runCli(['doctor', '--device', 'cpu']);
      assert.equal(result.code, 0, result.stdout);
      assert.match(result.stdout, /· GPU .*not used: the CPU was asked for/);
    });

    (emulationRuns ? it : it.skip)('finds a GPU that works', async () => {
      const env = { LACUNA_CUDA_DRIVER: path.join(emulatedFolder, 'libcuda_emulated.so') };
      const missing = path.join(models, 'missing.gguf');
      const result = await runCli(['doctor', '--model', missing], { env });
      assert.match(result.stdout, /✔ GPU .*Emulated device, .*driver for CUDA 13\.0/);
    });

    it('ends with 1 and says what to do where completions cannot work', async () => {
      const result = await runCli(['doctor', '--model', path.join(models, 'missing.gguf')]);
      assert.equal(result.code, 1);
      assert.match(result.stdout, /✘ Model .*missing\.gguf.*\n +→ .+\nCompletions cannot work yet/);
    });
  });

  it('names LACUNA_MODEL where doctor finds no model at the path it gives', async () => {
    const env = { LACUNA_MODEL: '/no/such/model.gguf' };
    const result = await runCli(['doctor'], { env });
    assert.match(result.stdout, /✘ Model .*model\.gguf.*\(named by LACUNA_MODEL\)\n/);
  });

  describe('debug logits', () => {
    const model = path.join(models, 'tiny-lite-q8_0.gguf');
    const tokens = path.join(models, 'tokens48.json');

    it("writes every position's logits, the same for every chunk length", () =>
      inFolder({}, async (folder) => {
        const logits = async (name: string, ...more: string[]) => {
          const out = path.join(folder, name);
          const args = ['debug', 'logits', '--model', model, '--tokens', tokens, '--out', out];
          // In float32 throughout: the faster paths round by how many tokens go together.
          const result = await runCli([...args, '--cpu-path', 'reference', ...more]);
          assert.equal(result.code, 0, result.stderr);
          return readNpy(out);
        };
        const whole = await logits('whole.npy');
        const pieces = await logits('pieces.npy', '--chunk', '7', '--device', 'cpu');
        assert.deepEqual(whole.shape, [48, 1040]);
        assert.deepEqual(pieces.shape, [48, 1040]);
        whole.data.forEach((value, i) => {
          assert.ok(Math.abs(value - pieces.data[i]!) < 1e-2, `logit ${i}`);
        });
        assert.ok(new Set(whole.data).size > 1000);
      }));

    it('explains what cannot be used', () =>
      inFolder(
        {
          'text.json': 'nonsense',
          'wrong.json': '[1, -2]',
          'big.json': '[99999]',
          'empty.json': '[]',
        },
        async (folder) => {
          const run = (file: string, ...more: string[]) =>
            runCli([
              ...['debug', 'logits', '--model', model, '--tokens', file],
              ...['--out', path.join(folder, 'o.npy'), ...more],
            ]);
          const at = (name: string) => path.join(folder, name);
          assertExplained(await run(at('text.json')), 1, /is not JSON/);
          assertExplained(await run(at('wrong.json')), 1, /is not a list of token ids/);
          assertExplained(await run(at('empty.json')), 1, /is not a list of token ids/);
          assertExplained(await run(at('big.json')), 1, /outside the vocabulary of 1040/);
          assertExplained(await run(at('missing.json')), 1, /does not exist/);
          assertExplained(
            await run(tokens, '--device', 'cuda'),
            1,
            /no GPU can be used: .*use the CPU/,
          );
          assertExplained(await run(tokens, '--device', 'tpu'), 2, /choices are auto, cpu, cuda/);
          assertExplained(await run(tokens, '--chunk', '0'), 2, /whole number from 1 to 4096/);
          assertExplained(await run(tokens, '--chunk', '4097'), 2, /whole number from 1 to 4096/);
        },
      ));
  });

  describe('usage', () => {
    it('ends with 2 and a hint where the command line is wrong', async () => {
      assertExplained(await runCli(['frobnicate']), 2, /unknown command.*\n.*lacuna --help/);
      assertExplained(await runCli(['lsp']), 2, /--stdio or --node-ipc/);
      assertExplained(await runCli(['lsp', '--node-ipc']), 2, /^error: --node-ipc needs .*--stdio/);
      assertExplained(await runCli(['lsp', '--stdio', '--node-ipc']), 2, /cannot be used with/);
      assertExplained(await runCli(['complete', 'a:1:1', '--max-tokens', 'x']), 2, /whole number/);
    });

    it('prints the repository map of a folder, seen from a file of it', () =>
      inFolder(
        {
          'list.py': 'def sort_items(items):\n    pass\n\ndef other():\n    pass\n',
          'main.py': 'from list import sort_items\nsort_items([])\n',
        },
        async (folder) => {
          const open = ['--open', path.join(folder, 'main.py')];
          const { code, stdout, stderr } = await runCli(['index', folder, '--map', ...open]);
          assert.equal(code, 0, stderr);
          assert.equal(stdout, 'list.py\n     1  def sort_items(items):\n');
          assert.match(stderr, /^2 files · 2 definitions/);
          const json = await runCli(['index', folder, '--map', '--json', ...open]);
          const { files, map } = JSON.parse(json.stdout) as { files: number; map: unknown[] };
          assert.deepEqual([files, map.length], [2, 1]);
          const nowhere = await runCli(['index', path.join(folder, 'gone')]);
          assertExplained(nowhere, 1, /gone is no folder\. Name a folder/);
        },
      ));

    it('shows its help and its version', async () => {
      const help = await runCli(['--help']);
      assert.equal(help.code, 0);
      for (const command of ['lsp', 'complete', 'doctor', 'debug'])
        assert.match(help.stdout, new RegExp(command));
      const version = await runCli(['--version']);
      assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
    });

    it('says what to run where it is not built', () =>
      inFolder({ 'package.json': '{"name":"lacuna","type":"module"}' }, async (folder) => {
        mkdirSync(path.join(folder, 'bin'));
        const script = path.join(folder, 'bin', 'lacuna.js');
        copyFileSync(path.join(repository, 'bin', 'lacuna.js'), script);
        assertExplained(
          await runNode([script, 'doctor']),
          1,
          /^lacuna: it is not built yet: run `npm run build`/,
        );
      }));
  });
});
