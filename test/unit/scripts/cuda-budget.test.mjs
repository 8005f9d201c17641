import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  countInstructions,
  measureCode,
  overBudget,
  parseResources,
  parseThreads,
} from '../../../scripts/lib/cuda-budget.mjs';
import { findNvcc } from '../../../scripts/lib/cuda.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { filesUnder } from '../../../scripts/lib/stamp.mjs';

const log = `ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'add' for 'sm_80'
ptxas info    : Function properties for add
    8 bytes stack frame, 4 bytes spill stores, 8 bytes spill loads
ptxas info    : Used 76 registers, used 1 barriers, 128 bytes smem
ptxas info    : Compiling entry function 'add' for 'sm_90'
ptxas info    : Function properties for add
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 40 registers, used 1 barriers
`;

const ptx = `.visible .entry add(
	.param .align 8 .b8 add_param_0[40]
)
.maxntid 128, 1, 1
{
	.reg .pred 	%p<3>;
	ld.param.u64 	%rd1, [add_param_0];
	setp.lt.s32 	%p1, %r1, 0;
	@%p1 bra 	$L__BB0_2;
	// begin inline asm
	dp4a.s32.s32 %r1, %r2, %r3, %r4;
	// end inline asm
	@!%p2 ld.global.nc.v4.u32 	{%r1, %r2, %r3, %r4}, [%rd1];
$L__BB0_2:
	bar.sync 	0;
	ret;
}
.visible .entry empty(
)
{
	ret;
}
`;

describe('the budget of CUDA kernels', () => {
  const resources = parseResources(log);
  const instructions = countInstructions(ptx);
  const budget = {
    add: { registers: { 80: 76, 90: 40 }, shared: 128, instructions: instructions.add },
  };

  it('reads registers, shared memory and spills of each architecture', () => {
    assert.deepEqual(resources, {
      add: {
        80: { registers: 76, shared: 128, spills: 12 },
        90: { registers: 40, shared: 0, spills: 0 },
      },
    });
  });

  it('counts instructions, not declarations, labels and comments', () => {
    assert.deepEqual(instructions, {
      add: { all: 7, dp4a: 1, barrier: 1, load16: 1 },
      empty: { all: 1 },
    });
  });

  it('reads the threads of a block', () => {
    assert.deepEqual(parseThreads(ptx), { add: 128 });
  });

  it('names what goes beyond it', () => {
    assert.deepEqual(overBudget(resources, instructions, budget), [
      'add: bytes of spilled registers on sm_80 12, budget 0',
    ]);
    const smaller = {
      add: {
        registers: { 80: 70, 90: 40 },
        shared: 64,
        instructions: { all: 7, dp4a: 2, barrier: 1, load16: 1 },
      },
      gone: { registers: {}, shared: 0, instructions: {} },
    };
    assert.deepEqual(overBudget(resources, instructions, smaller), [
      'add: registers on sm_80 76, budget 70',
      'add: bytes of shared memory on sm_80 128, budget 64',
      'add: bytes of spilled registers on sm_80 12, budget 0',
      'add: instructions (dp4a) 1, budget 2',
      'gone: a budget, but no kernel',
    ]);
    assert.deepEqual(overBudget(resources, instructions, {}), ['add: no budget']);
  });

  it('is kept by the kernels of this build', async function () {
    const nvcc = findNvcc();
    const recorded = JSON.parse(readFileSync(inRoot('kernels/budget.json'), 'utf8'));
    // Another compiler counts otherwise, and without one there is nothing to count.
    if (nvcc?.version !== recorded.nvcc) return this.skip();
    this.timeout(120_000);
    const logs = filesUnder(['build/kernels'], (file) => file.endsWith('.fatbin.log'));
    if (logs.length === 0) return this.skip();
    const built = Object.assign(
      {},
      ...logs.map((file) => parseResources(readFileSync(inRoot(file), 'utf8'))),
    );
    const { instructions: counted } = await measureCode(nvcc);
    assert.deepEqual(overBudget(built, counted, recorded.kernels), []);
  });
});
