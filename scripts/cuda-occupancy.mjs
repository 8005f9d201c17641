// Prints a table of the kernels' occupancy, by arithmetic from kernels/budget.json and the sizes of launches: nothing is
// measured on a GPU. Needs a build with tests (`npm test`).
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { occupancy } from './lib/cuda-occupancy.mjs';
import { inRoot } from './lib/paths.mjs';
import { Problem, runMain } from './lib/report.mjs';

const tool = inRoot('build/test/cuda/launch_sizes');

const percent = (share) => `${Math.round(share * 100)} %`;

await runMain(async () => {
  if (!existsSync(tool)) throw new Problem(`${tool} is missing. Build with tests first: npm test`);
  const dynamic = JSON.parse(execFileSync(tool, { encoding: 'utf8' }));
  const { kernels } = JSON.parse(readFileSync(inRoot('kernels/budget.json'), 'utf8'));
  const capabilities = Object.keys(Object.values(kernels)[0].registers);
  console.log(
    `| kernel | threads | shared memory, bytes | ${capabilities.map((each) => `${(each / 10).toFixed(1)}: registers, warps`).join(' | ')} |`,
  );
  console.log(`|---|---|---|${'---|'.repeat(capabilities.length)}`);
  for (const [name, kernel] of Object.entries(kernels)) {
    const shared = kernel.shared + (dynamic[name] ?? 0);
    const cells = capabilities.map((capability) => {
      const registers = kernel.registers[capability];
      const { share } = occupancy({ threads: kernel.threads, registers, shared }, capability);
      return `${registers}, ${percent(share)}`;
    });
    console.log(`| ${name} | ${kernel.threads} | ${shared} | ${cells.join(' | ')} |`);
  }
});
