/** KV on disk: what comes back is what was there, and nothing that is damaged comes back. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type {
  NativeEngine,
  NativeEngineOptions,
  NativeError,
} from '../../../server/engine/native/addon.js';
import { randomModel, smallShape } from '../../fixtures/model-gguf.js';
import { exactPaths, fastPaths, fixtureModel, nativeAddon } from '../addons.js';
import { createRandom } from '../random.js';
import { buildSanitizedTool, checkFiles } from '../sanitized-tool.js';
import { ask, prompt } from './ask.js';

const exact = exactPaths().at(-1)!;
/** float32 values of KV for a page: two layers of latent and rotated key. */
const kvPageBytes = 64 * 2 * 13 * 4;

describe('a prefix on disk', function () {
  this.timeout(60_000);
  let folder: string;
  let model: string;
  const open: NativeEngine[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-prefix-'));
    model = path.join(folder, 'random.gguf');
    writeFileSync(model, randomModel({ ...smallShape, contextLength: 1024 }));
  });
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const load = async (options: NativeEngineOptions = {}, file = model): Promise<NativeEngine> => {
    const engine = await nativeAddon().loadEngine(file, { cpuPath: exact, ...options });
    open.push(engine);
    return engine;
  };
  const saved = async (length: number): Promise<{ engine: NativeEngine; file: string }> => {
    const engine = await load();
    await ask(engine, { tokens: prompt(length), maxTokens: 0 }).answer;
    const file = path.join(folder, 'saved.kv');
    assert.equal(await engine.savePrefix(prompt(length), file), length);
    return { engine, file };
  };
  const refused = (code: string, message: RegExp) => (error: NativeError) => {
    assert.match(error.message, message);
    assert.equal(error.code, code);
    return error.remedy.length > 0;
  };

  for (const [name, cpuPath, file] of [
    ['in float32', exact, undefined],
    ...fastPaths().map((fast) => [`on ${fast}`, fast, 'tiny-lite-q4_k_m.gguf'] as const),
  ] as const) {
    it(`gives another process the same answer as if it had been there: ${name}`, async () => {
      const source = file === undefined ? model : fixtureModel(file);
      const first = await load({ cpuPath }, source);
      await ask(first, { tokens: prompt(300), maxTokens: 0 }).answer;
      const disk = path.join(folder, 'saved.kv');
      // As much as there is: the last of these tokens was never computed.
      assert.equal(await first.savePrefix(prompt(301), disk), 300);
      const second = await load({ cpuPath }, source);
      assert.equal(await second.restorePrefix(disk), 300);
      assert.equal(second.resident(prompt(400)), 300);
      const [a, b] = await Promise.all(
        [first, second].map((engine) => ask(engine, { tokens: prompt(320) }).answer),
      );
      assert.equal(b!.summary.residentTokens, 300);
      assert.deepEqual([b!.ids, b!.logProbabilities], [a!.ids, a!.logProbabilities]);
      assert.equal(second.pageUsage().held, 0);
    });
  }

  it('is for its user alone, takes the place of what was there, and leaves nothing beside it', async () => {
    const { engine, file } = await saved(200);
    chmodSync(file, 0o644);
    const before = readFileSync(file);
    assert.equal(await engine.savePrefix(prompt(100), file), 100);
    assert.ok(readFileSync(file).length < before.length);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder).sort(), ['random.gguf', 'saved.kv']);
  });

  it('joins what is there already, and what runs', async () => {
    const { file } = await saved(200);
    const engine = await load();
    await ask(engine, { tokens: Int32Array.from([...prompt(100), 1, 2, 3]), maxTokens: 0 }).answer;
    const running = ask(engine, { tokens: prompt(500, 3), maxTokens: 20 }).answer;
    assert.equal(await engine.restorePrefix(file), 200);
    assert.equal(await engine.restorePrefix(file), 200);
    const alone = await ask(await load(), { tokens: prompt(500, 3), maxTokens: 20 }).answer;
    assert.deepEqual((await running).ids, alone.ids);
    assert.equal(engine.resident(prompt(200)), 200);
    const fork = Int32Array.from([...prompt(100), 1, 2, 3]);
    assert.equal(engine.resident(fork), 103);
    assert.equal(engine.pageUsage().held, 0);
  });

  it('comes back as far as there is room', async () => {
    const { file } = await saved(600);
    const engine = await load({ kvBytes: 6 * kvPageBytes });
    assert.equal(await engine.restorePrefix(file), 6 * 64);
    assert.equal(engine.resident(prompt(600)), 6 * 64);
    const { answer } = ask(engine, { tokens: prompt(380) });
    assert.equal((await answer).summary.residentTokens, 379);
  });

  it('is not written where nothing is resident, or where it cannot be', async () => {
    const engine = await load();
    const file = path.join(folder, 'none.kv');
    assert.equal(await engine.savePrefix(prompt(10), file), 0);
    assert.ok(!existsSync(file));
    await ask(engine, { tokens: prompt(10) }).answer;
    const nowhere = path.join(folder, 'no', 'such.kv');
    await assert.rejects(engine.savePrefix(prompt(10), nowhere), refused('not-found', /such\.kv/));
    const taken = path.join(folder, 'taken.kv');
    mkdirSync(taken);
    await assert.rejects(
      engine.savePrefix(prompt(10), taken),
      refused('is-directory', /cannot be moved into place/),
    );
    assert.deepEqual(readdirSync(folder).sort(), ['random.gguf', 'taken.kv']);
  });

  it('is refused where it is missing, no file, of another model, another path or another kind', async () => {
    const { engine, file } = await saved(100);
    const gone = path.join(folder, 'gone.kv');
    await assert.rejects(engine.restorePrefix(gone), refused('not-found', /gone\.kv/));
    await assert.rejects(engine.restorePrefix(folder), refused('is-directory', /directory/));
    await assert.rejects(engine.restorePrefix(model), refused('corrupt', /not a saved KV cache/));
    const twin = path.join(folder, 'twin.gguf');
    writeFileSync(twin, randomModel({ ...smallShape, contextLength: 1024 }, false, 2));
    const other = await load({}, twin);
    await assert.rejects(other.restorePrefix(file), refused('unsupported', /for another model/));
    const reference = await load({ cpuPath: 'reference' });
    const another = refused('unsupported', /in another way than this engine does \(reference\)/);
    if (exact !== 'reference') await assert.rejects(reference.restorePrefix(file), another);
    assert.equal(other.resident(prompt(100)), 0);
    await engine.close();
    await assert.rejects(engine.restorePrefix(file), refused('closed', /closed/));
    await assert.rejects(engine.savePrefix(prompt(9), file), refused('closed', /closed/));
  });

  it('is refused wherever it is damaged or cut, and then changes nothing', async () => {
    const { file } = await saved(70);
    const bytes = readFileSync(file);
    const engine = await load();
    const before = engine.pageUsage();
    const random = createRandom(5);
    for (let i = 0; i < 400; i++) {
      const damaged = Buffer.from(bytes);
      const at = i < 64 ? i : random.below(bytes.length);
      damaged[at]! ^= 1 << random.below(8);
      const cut = i % 4 === 3 ? damaged.subarray(0, random.below(bytes.length)) : damaged;
      writeFileSync(file, cut);
      await assert.rejects(engine.restorePrefix(file), (error: NativeError) => {
        assert.match(error.code, /^(corrupt|unsupported)$/, error.message);
        return error.remedy.length > 0;
      });
    }
    writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(1)]));
    await assert.rejects(engine.restorePrefix(file), refused('corrupt', /size/));
    assert.deepEqual(engine.pageUsage(), before);
    assert.equal(engine.resident(prompt(70)), 0);
    writeFileSync(file, bytes);
    assert.equal(await engine.restorePrefix(file), 70);
  });

  it('survives any header and any token under sanitizers, with a checksum that fits', async function () {
    this.timeout(300_000);
    const tool = await buildSanitizedTool('prefix_check');
    const random = createRandom(9);
    const odd = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 61n, 2n ** 63n, 2n ** 64n - 1n] as const;
    const files = Array.from({ length: 300 }, (_, i) => {
      const parts = plainFile(1 + random.below(100));
      const { header, tokens } = parts;
      const view = new DataView(header.buffer);
      if (i % 3 === 1) {
        const field = 16 + 8 * random.below(3);
        view.setBigUint64(field, odd[random.below(odd.length)]!, true);
      } else if (i % 3 === 2) {
        const value = random.below(3) === 0 ? 100 + random.below(2 ** 31) : -random.below(9) - 1;
        tokens[random.below(tokens.length)] = value;
      } else if (i > 0) {
        header.set(random.bytes(4), 8 + 4 * random.below(12));
      }
      const file = path.join(folder, `${i}.kv`);
      writeFileSync(file, sealed(parts));
      return file;
    });
    const verdicts = await checkFiles(tool, files);
    assert.equal(verdicts.length, files.length);
    assert.equal(verdicts[0]!.code, 'ok');
    for (const { code, message, remedy } of verdicts) {
      assert.match(code, /^(ok|corrupt|unsupported)$/, message);
      assert.ok(code === 'ok' || remedy.length > 0);
    }
    const unknown = verdicts.filter(({ message }) => message.includes('names token'));
    assert.ok(unknown.length >= 90, `${unknown.length} files with unknown tokens`);
  });
});

interface Parts {
  readonly header: Uint8Array;
  readonly tokens: Int32Array;
  readonly kv: Uint8Array;
}

/** What prefix_check takes: version 1, pages of 64, model 0x0123456789abcdef, 24 bytes a position, path avx2. */
function plainFile(length: number): Parts {
  const header = new Uint8Array(56);
  const view = new DataView(header.buffer);
  header.set(Buffer.from('LACUNAKV'));
  view.setUint32(8, 1, true);
  view.setUint32(12, 64, true);
  view.setBigUint64(16, 0x0123456789abcdefn, true);
  view.setBigUint64(24, 24n, true);
  view.setBigUint64(32, BigInt(length), true);
  header.set(Buffer.from('avx2'), 40);
  return {
    header,
    tokens: Int32Array.from({ length }, (_, i) => i % 100),
    kv: createRandom(length).bytes(24 * length),
  };
}

function sealed({ header, tokens, kv }: Parts): Uint8Array {
  const parts = [header, new Uint8Array(tokens.buffer), kv];
  const sum = Buffer.alloc(8);
  sum.writeBigUInt64LE(parts.reduce((seed, part) => checksum(part, seed), 0n));
  return Buffer.concat([...parts, sum]);
}

/** As native/runtime/checksum.cc. */
function checksum(bytes: Uint8Array, seed: bigint): bigint {
  const wrap = (x: bigint) => BigInt.asUintN(64, x);
  const padded = Buffer.concat([bytes, Buffer.alloc(8 - (bytes.length % 8))]);
  let hash = seed ^ wrap(BigInt(bytes.length) * 0x9e3779b97f4a7c15n);
  for (let i = 0; i < padded.length; i += 8) {
    const mixed = wrap((hash ^ padded.readBigUInt64LE(i)) * 0x9fb21c651e98df25n);
    hash = wrap((mixed << 32n) | (mixed >> 32n));
  }
  return hash ^ (hash >> 29n);
}
