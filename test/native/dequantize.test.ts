import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeGguf } from '../fixtures/gguf-writer.js';
import { testingAddon, type CpuPath } from './addons.js';
import { buildSanitizedTool, checkFiles } from './sanitized-tool.js';
import { createRandom } from './random.js';
import { expectedValues, weightTypes, type WeightType } from './weight-types.js';

const paths: readonly CpuPath[] = ['reference', 'avx2', 'avx512'];

/** f16 bits that break careless arithmetic: zeros, subnormals, the largest, infinities, quiet and signalling NaN. */
const extremeHalves = [
  0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x0400, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x7c01,
];

describe('dequantising', () => {
  const addon = testingAddon();

  for (const cpuPath of paths) {
    const available = addon.cpuPathAvailable(cpuPath);
    describe(available ? cpuPath : `${cpuPath} (skipped: this CPU lacks it)`, () => {
      for (const type of weightTypes) {
        (available ? it : it.skip)(`gives the values that ${type.name} defines`, () => {
          for (const blocks of samples(type)) {
            const elements = (blocks.length / type.blockBytes) * type.blockElements;
            const actual = addon.dequantize(cpuPath, type.id, blocks, elements);
            assertSameBits(actual, expectedValues(type, blocks));
          }
        });
      }
    });
  }

  describe('at the end of a file, under AddressSanitizer', function () {
    this.timeout(180_000);
    let tool: string;
    let folder: string;

    before(async () => {
      tool = await buildSanitizedTool('gguf_check');
      folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-rows-'));
    });

    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    for (const type of weightTypes) {
      it(`neither reads nor writes past a row of ${type.name}`, async () => {
        const files = [1, 3, 13].map((blocks) => {
          const file = path.join(folder, `${type.name}-${blocks}.gguf`);
          // The row is the last thing in the file, and the tool's own buffer has its exact length.
          const data = createRandom(blocks).bytes(blocks * type.blockBytes);
          const row = { name: 'row', type: type.id, shape: [blocks * type.blockElements], data };
          writeFileSync(file, writeGguf({ entries: [], tensors: [row] }).bytes);
          return file;
        });
        const verdicts = await checkFiles(tool, files);
        assert.deepEqual(
          verdicts.map(({ code, message }) => `${code}${message}`),
          files.map(() => 'ok'),
        );
      });
    }
  });
});

/** Rows of a type: random blocks in various numbers, every extreme scale, and every 16-bit float. */
function samples(type: WeightType): Uint8Array[] {
  const random = createRandom(type.id);
  const counts = type.blockElements === 1 ? [1, 3, 7, 8, 9, 15, 16, 17, 31, 1408] : [1, 2, 7, 44];
  const rows = counts.map((count) => random.bytes(count * type.blockBytes));

  if (type.blockBytes === 2)
    rows.push(new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer));
  for (const half of type.blockElements > 1 ? type.halves : []) {
    const blocks = random.bytes(extremeHalves.length * type.blockBytes);
    const view = new DataView(blocks.buffer);
    extremeHalves.forEach((bits, i) => {
      view.setUint16(i * type.blockBytes + half, bits, true);
    });
    rows.push(blocks);
  }
  // The same again at an odd address: blocks need no alignment.
  const odd = random.bytes(3 * type.blockBytes + 1).subarray(1);
  return [...rows, odd];
}

/** Equal bit for bit, the sign of zero included; one NaN is as good as another. */
function assertSameBits(actual: Float32Array, expected: Float32Array): void {
  assert.equal(actual.length, expected.length);
  const different = actual.findIndex((value, i) => !Object.is(value, expected[i]));
  if (different >= 0) {
    assert.fail(`element ${different} is ${actual[different]!}, not ${expected[different]!}`);
  }
}
