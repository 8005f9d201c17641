import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeGguf } from '../../fixtures/gguf-writer.js';
import { sampleContents } from '../../fixtures/sample-gguf.js';
import { fixtureModel, nativeAddon } from '../addons.js';
import { buildSanitizedTool, checkFiles } from '../sanitized-tool.js';
import { bitFlips, fieldMutations, truncations, type Mutation } from './mutations.js';

const errorCodes = new Set(['not-gguf', 'corrupt', 'unsupported', 'empty']);

describe('a damaged model file, read under AddressSanitizer and UndefinedBehaviorSanitizer', function () {
  this.timeout(180_000);
  let tool: string;
  let folder: string;

  before(async () => {
    tool = await buildSanitizedTool('gguf_check');
    folder = await mkdtemp(path.join(os.tmpdir(), 'lacuna-mutations-'));
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** Checks that every file is read or refused with a remedy, and returns how many were refused. */
  async function survive(mutations: readonly Mutation[]): Promise<number> {
    const files = mutations.map((_, i) => path.join(folder, `${i}.gguf`));
    for (const [i, mutation] of mutations.entries()) await writeMutation(files[i]!, mutation);
    const verdicts = await checkFiles(tool, files);
    assert.equal(verdicts.length, files.length);
    for (const [i, { code, message, remedy }] of verdicts.entries()) {
      const { name, mustFail } = mutations[i]!;
      if (code === 'ok') {
        assert.notEqual(mustFail, true, `${name}: read as if it were whole`);
        continue;
      }
      assert.ok(errorCodes.has(code), `${name}: ${code}: ${message}`);
      assert.ok(
        message.startsWith(`${files[i]!}: `),
        `${name}: the message names the file: ${message}`,
      );
      assert.notEqual(remedy, '', `${name}: a remedy for ${message}`);
    }
    return verdicts.filter(({ code }) => code !== 'ok').length;
  }

  it('reads the undamaged files', async () => {
    const { bytes } = writeGguf(sampleContents);
    assert.equal(await survive([{ name: 'sample', bytes }]), 0);
    const whole = [
      'tiny-lite-q8_0',
      'tiny-lite-old-q8_0',
      'tiny-lite-q4_k_m',
      'tiny-v2-q8_0',
      'tiny-v3-q8_0',
    ];
    const verdicts = await checkFiles(
      tool,
      whole.map((name) => fixtureModel(`${name}.gguf`)),
    );
    assert.deepEqual(
      verdicts.map(({ code }) => code),
      whole.map(() => 'ok'),
    );
  });

  it('survives every number of the structure replaced by absurd ones', async () => {
    const mutations = fieldMutations(writeGguf(sampleContents));
    assert.ok(mutations.length >= 400, `${mutations.length} mutations`);
    const refused = await survive(mutations);
    assert.ok(refused > mutations.length * 0.9, `${refused} of ${mutations.length} refused`);
  });

  it('refuses a file cut short at any byte', async () => {
    const mutations = truncations(writeGguf(sampleContents), 3);
    assert.ok(mutations.length >= 200, `${mutations.length} mutations`);
    assert.equal(await survive(mutations), mutations.length);
  });

  for (const name of ['tiny-lite-q4_k_m.gguf', 'tiny-v3-q8_0.gguf']) {
    it(`survives bits flipped in the header of ${name}`, async () => {
      const { head, size } = await readHeader(fixtureModel(name));
      const refused = await survive(bitFlips(head, size, 120, 1));
      assert.ok(refused > 20, `${refused} refused`);
    });

    it(`refuses ${name} cut short`, async () => {
      const { head, size } = await readHeader(fixtureModel(name));
      const cuts = [0.25, 0.5, 0.75, 0.99].map(
        (part) => head.length + Math.floor((size - head.length) * part),
      );
      const inData = [...cuts, size - 1].map((length) => ({
        name: `cut after ${length} bytes`,
        bytes: head,
        size: length,
        mustFail: true,
      }));
      const inHeader = truncations({ bytes: head, fields: [] }, Math.ceil(head.length / 60));
      assert.equal(await survive([...inHeader, ...inData]), inHeader.length + inData.length);
    });
  }
});

async function writeMutation(file: string, { bytes, size }: Mutation): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(bytes);
    // The weights behind a real model's header are zeros here: a hole in the file costs no disk.
    if (size !== undefined) await handle.truncate(size);
  } finally {
    await handle.close();
  }
}

/** A model's bytes before its weights. */
async function readHeader(file: string): Promise<{ head: Uint8Array; size: number }> {
  const bytes = await readFile(file);
  const weights = nativeAddon()
    .openModelFile(file)
    .tensors()
    .reduce((sum, tensor) => sum + Math.ceil(tensor.bytes / 32) * 32, 0);
  return { head: bytes.subarray(0, bytes.length - weights), size: bytes.length };
}
