/** How many warps of a kernel fit on a multiprocessor, by arithmetic from the CUDA programming guide's table of limits. */

const warpSize = 32;
const registersOfMultiprocessor = 65_536;
/** Registers are given out by the warp, shared memory by the block. */
const registerGrain = 256;
const sharedGrain = 128;
const kibibyte = 1024;

/** Of a multiprocessor, by compute capability; `reserved` bytes of shared memory a block are the system's. */
export const limits = {
  80: { warps: 64, blocks: 32, shared: 164 * kibibyte, reserved: kibibyte },
  86: { warps: 48, blocks: 16, shared: 100 * kibibyte, reserved: kibibyte },
  89: { warps: 48, blocks: 24, shared: 100 * kibibyte, reserved: kibibyte },
  90: { warps: 64, blocks: 32, shared: 228 * kibibyte, reserved: kibibyte },
  120: { warps: 48, blocks: 24, shared: 100 * kibibyte, reserved: kibibyte },
};

const upTo = (value, grain) => Math.ceil(value / grain) * grain;

/**
 * @param {{threads: number, registers: number, shared: number}} kernel threads of a block, registers of a thread, bytes of
 *   shared memory of a block, static and dynamic
 * @returns {{blocks: number, warps: number, share: number}} on one multiprocessor; `share` of the warps it can hold, 0 … 1
 */
export function occupancy({ threads, registers, shared }, capability) {
  const limit = limits[capability];
  const warps = Math.ceil(threads / warpSize);
  const registersOfWarp = upTo(registers * warpSize, registerGrain);
  const byRegisters = Math.floor(Math.floor(registersOfMultiprocessor / registersOfWarp) / warps);
  const byShared = Math.floor(limit.shared / (upTo(shared, sharedGrain) + limit.reserved));
  const byWarps = Math.floor(limit.warps / warps);
  const blocks = Math.min(byRegisters, byShared, byWarps, limit.blocks);
  return { blocks, warps: blocks * warps, share: (blocks * warps) / limit.warps };
}
