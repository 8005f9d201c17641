import assert from 'node:assert/strict';
import { occupancy } from '../../../scripts/lib/cuda-occupancy.mjs';

describe('the occupancy of a multiprocessor', () => {
  it('is full where neither registers nor shared memory run out', () => {
    const small = { threads: 256, registers: 32, shared: 0 };
    assert.deepEqual(occupancy(small, '80'), { blocks: 8, warps: 64, share: 1 });
    assert.deepEqual(occupancy(small, '86'), { blocks: 6, warps: 48, share: 1 });
  });

  it('is bounded by registers, given out by the warp', () => {
    const wide = { threads: 128, registers: 122, shared: 0 };
    assert.deepEqual(occupancy(wide, '90'), { blocks: 4, warps: 16, share: 0.25 });
  });

  it("is bounded by shared memory, a kibibyte of each block being the system's", () => {
    const deep = { threads: 128, registers: 64, shared: 49 * 1024 };
    assert.equal(occupancy(deep, '86').blocks, 2);
    assert.equal(occupancy({ ...deep, shared: 50 * 1024 }, '86').blocks, 1);
    assert.equal(occupancy({ ...deep, shared: 100 * 1024 }, '86').blocks, 0);
  });

  it('is bounded by blocks where they are small', () => {
    const tiny = { threads: 32, registers: 16, shared: 0 };
    assert.equal(occupancy(tiny, '86').blocks, 16);
    assert.equal(occupancy(tiny, '89').blocks, 24);
  });
});
