import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { loadAddon } from '../../../server/engine/native/load-addon.js';
import { findFiles } from '../../../server/models/local/find-files.js';
import { findOllama } from '../../../server/models/local/find-ollama.js';
import { listModels } from '../../../server/models/local/list-models.js';
import type { ModelFolder } from '../../../server/models/local/model-folders.js';
import { embeddedModelFile } from '../../native/addons.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const fixture = (name: string) => path.join(root, 'test/fixtures/models', name);
const embedded = embeddedModelFile;
const never = new AbortController().signal;
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

describe('Models on this machine', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-models-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (name: string, text = '') => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const link = (name: string, target: string) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    symlinkSync(target, file);
  };
  const manifest = (name: string, layers: unknown) =>
    put(`manifests/${name}`, JSON.stringify({ schemaVersion: 2, layers }));
  const list = (folders: readonly Omit<ModelFolder, 'program'>[]) =>
    listModels(
      {
        folders: folders.map((each) => ({ program: 'Program', ...each })),
        embedded: { path: embedded, name: 'lacuna-18m' },
        contextLength: 2048,
        availableBytes: 1e9,
        addon: loadAddon(root),
      },
      never,
    );

  it('are found at any depth, named as the program names them, parts and projectors left out', async () => {
    put('deepseek-ai/coder/lite.Q4_K_M.gguf');
    put('big-00001-of-00003.gguf');
    put('big-00002-of-00003.gguf');
    put('mmproj-model.gguf');
    put('README.md');
    const blob = put('blobs/0123');
    link('models--ada--tiny/snapshots/abc/tiny.gguf', blob);
    link('models--ada--gone/snapshots/abc/gone.gguf', path.join(folder, 'nowhere'));
    link('loop', folder);
    const { files, incomplete } = await findFiles(folder, never);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['big-00001-of-00003', 'deepseek-ai/coder/lite.Q4_K_M', 'ada/tiny/tiny'],
    );
    assert.equal(incomplete, false);
  });

  it('of Ollama are named as it lists them, and lie in its blobs', async () => {
    const weights = (letter: string) => [
      { mediaType: 'application/vnd.ollama.image.template', digest: digest('f') },
      { mediaType: 'application/vnd.ollama.image.model', digest: digest(letter) },
    ];
    manifest('registry.ollama.ai/library/deepseek-coder-v2/lite', weights('a'));
    manifest('registry.ollama.ai/ada/tiny/latest', weights('b'));
    manifest('hf.co/ada/tiny/Q8_0', weights('c'));
    manifest('registry.ollama.ai/library/broken/latest', [{}]);
    put('manifests/registry.ollama.ai/library/half/latest', '{"layers": [');
    const { files } = await findOllama(folder, never);
    assert.deepEqual(
      files.map(({ name, path: file }) => [name, path.basename(file).slice(0, 8)]),
      [
        ['hf.co/ada/tiny:Q8_0', 'sha256-c'],
        ['ada/tiny:latest', 'sha256-b'],
        ['deepseek-coder-v2:lite', 'sha256-a'],
      ],
    );
  });

  it('of Ollama never lie outside its folder, whatever a manifest says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.json(), fc.string(), fc.constantFrom('../../etc/passwd', 'sha256:../x')),
        async (text) => {
          const layers = [{ mediaType: 'application/vnd.ollama.image.model', digest: text }];
          manifest('registry.ollama.ai/library/x/latest', layers);
          put('manifests/registry.ollama.ai/library/y/latest', text);
          assert.deepEqual(await findOllama(folder, never), { files: [], incomplete: false });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('say whether they complete, what they need, and are listed once', async () => {
    for (const name of ['tiny-lite-q8_0.gguf', 'tiny-v2-q8_0.gguf'])
      linkSync(fixture(name), path.join(folder, name));
    link('again.gguf', path.join(folder, 'tiny-lite-q8_0.gguf'));
    const report = await list([
      { folder, layout: 'files' },
      { folder: path.join(folder, 'nowhere'), layout: 'files' },
    ]);
    assert.equal(report.incomplete, false);
    assert.equal(report.models.length, 3);
    const [first, ...others] = report.models;
    assert.equal(first?.program, 'Lacuna');
    assert.equal(first.completes, true);
    assert.equal(first.weightType, 'Q8_0');
    assert.equal(first.contextLength, 1024);
    for (const model of report.models) {
      assert.equal(model.architecture, 'deepseek2');
      assert.ok(model.memoryBytes !== undefined && model.memoryBytes > 0.9 * model.bytes);
      // The fixtures hold few weights and a real vocabulary; what needs more than its file is the cache.
      assert.equal(model.completes, model.problem === undefined);
    }
    assert.ok(others.every(({ program }) => program === 'Program'));
  });

  it('say what is wrong with a file that is no model, is cut into parts, or is gone', async () => {
    put('broken.gguf', 'GGUF but not really');
    put('parted-00001-of-00002.gguf', 'GGUF');
    manifest('registry.ollama.ai/library/gone/latest', [
      { mediaType: 'application/vnd.ollama.image.model', digest: digest('a') },
    ]);
    const { models } = await list([
      { folder, layout: 'files' },
      { folder, layout: 'ollama' },
    ]);
    const [, ...found] = models;
    assert.deepEqual(
      found.map(({ name, completes, problem }) => [name, completes, problem?.message !== '']),
      [
        ['broken', false, true],
        ['parted-00001-of-00002', false, true],
      ],
    );
    assert.match(found[1]?.problem?.remedy ?? '', /llama-gguf-split --merge/);
  });

  it('that were found when the time is up are shown, and the rest is said to be missing', async () => {
    put('one.gguf');
    const report = await listModels(
      {
        folders: [{ program: 'Program', folder, layout: 'files' }],
        contextLength: 2048,
        availableBytes: 1e9,
        addon: loadAddon(root),
      },
      AbortSignal.abort(),
    );
    assert.deepEqual(report.models, []);
    assert.equal(report.incomplete, true);
  });
});
