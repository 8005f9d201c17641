import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { modelFingerprint } from '../../../server/engine/model/fingerprint.js';

describe("a model file's fingerprint", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lacuna-fingerprint-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function of(bytes: Uint8Array, name = 'a.gguf'): Promise<string | undefined> {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    return modelFingerprint(file);
  }

  it('is the same for the same bytes, wherever they lie', async () => {
    const bytes = Buffer.alloc(1_000_000, 'abc');
    const print = await of(bytes);
    assert.match(print ?? '', /^[0-9a-f]{16}$/);
    assert.equal(await of(bytes, 'b.gguf'), print);
  });

  it('tells files apart by their beginning, their end and their size', async () => {
    const bytes = Buffer.alloc(1_000_000, 'abc');
    const prints = [await of(bytes), await of(bytes.subarray(1)), await of(bytes.subarray(0, -1))];
    for (const at of [0, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = 0;
      prints.push(await of(changed));
    }
    assert.equal(new Set(prints).size, 5);
  });

  it('is there for small files, and for none that cannot be read', async () => {
    assert.notEqual(await of(Buffer.alloc(0)), await of(Buffer.from('a')));
    assert.equal(modelFingerprint(path.join(folder, 'none.gguf')), undefined);
    assert.equal(modelFingerprint(folder), undefined);
  });
});
