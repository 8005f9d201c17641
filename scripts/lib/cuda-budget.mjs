/** What the CUDA kernels cost, read from what the compiler says: registers, shared memory, spills, instructions. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { filesUnder } from './stamp.mjs';

/** The GPUs that kernels/CMakeLists.txt builds for. */
export const architectures = ['80', '86', '89', '90', '120'];

/** PTX instructions whose number says whether a wrapper of ptx.h became what it should. */
const counted = {
  mma: /^mma\.sync/,
  ldmatrix: /^ldmatrix\.sync/,
  copyAsync: /^cp\.async\.c[ag]/,
  dp4a: /^dp4a/,
  shuffle: /^shfl\.sync/,
  barrier: /^(bar|barrier)\./,
  load16: /^ld\.global[\w.:]*\.v4/,
  localMemory: /^(ld|st)\.local/,
};

/**
 * Reads what `ptxas -v` says.
 *
 * @returns {Record<string, Record<string, {registers: number, shared: number, spills: number}>>} by kernel, then by
 *   architecture; `shared` is what is declared, in bytes, without what a launch adds
 */
export function parseResources(log) {
  const kernels = {};
  let current;
  for (const line of log.split('\n')) {
    const [, name, architecture] =
      /Compiling entry function '(\w+)' for 'sm_(\d+)'/.exec(line) ?? [];
    if (name)
      (kernels[name] ??= {})[architecture] = current = { registers: 0, shared: 0, spills: 0 };
    if (!current) continue;
    const spills = /(\d+) bytes spill stores, (\d+) bytes spill loads/.exec(line);
    if (spills) current.spills = Number(spills[1]) + Number(spills[2]);
    const used = /Used (\d+) registers/.exec(line);
    if (used) current.registers = Number(used[1]);
    const shared = /(\d+) bytes smem/.exec(line);
    if (shared) current.shared = Number(shared[1]);
  }
  return kernels;
}

/** @returns {Record<string, number>} by kernel: the threads of a block, as its launch bounds say */
export function parseThreads(ptx) {
  const bounds = ptx.matchAll(/\.entry (\w+)\([^)]*\)\s*\.maxntid (\d+)/g);
  return Object.fromEntries([...bounds].map(([, name, threads]) => [name, Number(threads)]));
}

/** @returns {Record<string, Record<string, number>>} by kernel: `all` instructions, and those that are counted apart */
export function countInstructions(ptx) {
  const kernels = {};
  for (const [, name, body] of ptx.matchAll(/\.entry (\w+)\([^)]*\)[^{]*\{\n([\s\S]*?)\n\}/g)) {
    const instructions = body
      .split('\n')
      .map((line) => line.trim().replace(/^@!?%p\d+\s+/, ''))
      .filter((line) => /^[a-z][\w.:]*(\s.*)?;$/.test(line));
    const counts = { all: instructions.length };
    for (const [what, pattern] of Object.entries(counted)) {
      const count = instructions.filter((line) => pattern.test(line)).length;
      if (count > 0) counts[what] = count;
    }
    kernels[name] = counts;
  }
  return kernels;
}

const kernelSources = () => filesUnder(['kernels'], (file) => file.endsWith('.cu'));

/** Runs nvcc on every file of kernels; `use` gets what it printed and the file that it wrote. */
async function compileAll(nvcc, options, use) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-kernels-'));
  try {
    for (const source of kernelSources()) {
      const result = path.join(folder, 'result');
      const include = `-I${inRoot('kernels')}`;
      const args = ['-std=c++20', include, ...options, inRoot(source), '-o', result];
      use(await run(nvcc.command, args), result);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Registers and memory of every kernel on every architecture, as `parseResources`. Takes some minutes. */
export async function measureResources(nvcc) {
  const targets = architectures.map((each) => `-gencode=arch=compute_${each},code=sm_${each}`);
  const kernels = {};
  await compileAll(nvcc, ['-fatbin', '-Xptxas=-v', ...targets], (log) =>
    Object.assign(kernels, parseResources(log)),
  );
  return kernels;
}

/**
 * Of the code for the oldest architecture. Takes about a minute.
 *
 * @returns {Promise<{instructions: object, threads: object}>} as `countInstructions` and `parseThreads`
 */
export async function measureCode(nvcc) {
  const measured = { instructions: {}, threads: {} };
  await compileAll(nvcc, ['-ptx', `-arch=compute_${architectures[0]}`], (_, file) => {
    const ptx = readFileSync(file, 'utf8');
    Object.assign(measured.instructions, countInstructions(ptx));
    Object.assign(measured.threads, parseThreads(ptx));
  });
  return measured;
}

/** The budget of kernels that cost this. */
export function budgetOf(resources, { instructions, threads }) {
  const names = Object.keys(instructions).sort();
  const budget = names.map((name) => {
    const all = Object.entries(resources[name]);
    return [
      name,
      {
        threads: threads[name],
        registers: Object.fromEntries(all.map(([each, { registers }]) => [each, registers])),
        shared: Math.max(...all.map(([, { shared }]) => shared)),
        instructions: instructions[name],
      },
    ];
  });
  return Object.fromEntries(budget);
}

/** What goes beyond the budget, a line each. Architectures that were not measured are not missed. */
export function overBudget(resources, instructions, budget) {
  const lines = [];
  const compare = (name, what, actual, allowed, bad) => {
    if (bad(actual, allowed)) lines.push(`${name}: ${what} ${actual}, budget ${allowed}`);
  };
  const more = (actual, allowed) => actual > allowed;
  const other = (actual, allowed) => actual !== allowed;
  for (const [name, byArchitecture] of Object.entries(resources)) {
    const allowed = budget[name];
    if (!allowed) {
      lines.push(`${name}: no budget`);
      continue;
    }
    for (const [each, cost] of Object.entries(byArchitecture)) {
      compare(name, `registers on sm_${each}`, cost.registers, allowed.registers[each] ?? 0, more);
      compare(name, `bytes of shared memory on sm_${each}`, cost.shared, allowed.shared, more);
      compare(name, `bytes of spilled registers on sm_${each}`, cost.spills, 0, more);
    }
    const counts = instructions[name] ?? {};
    for (const what of new Set([...Object.keys(counts), ...Object.keys(allowed.instructions)]))
      compare(
        name,
        `instructions (${what})`,
        counts[what] ?? 0,
        allowed.instructions[what] ?? 0,
        other,
      );
  }
  for (const name of Object.keys(budget))
    if (!(name in resources)) lines.push(`${name}: a budget, but no kernel`);
  return lines;
}
