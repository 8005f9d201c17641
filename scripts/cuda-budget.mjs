// What the CUDA kernels cost against kernels/budget.json; `--rewrite` makes what they cost now the budget.
import { readFileSync, writeFileSync } from 'node:fs';
import { budgetOf, measureCode, measureResources, overBudget } from './lib/cuda-budget.mjs';
import { findNvcc } from './lib/cuda.mjs';
import { inRoot } from './lib/paths.mjs';
import { Problem, runMain } from './lib/report.mjs';

const file = inRoot('kernels/budget.json');

await runMain(async () => {
  const nvcc = findNvcc();
  if (!nvcc)
    throw new Problem('The budget is measured with nvcc 12.4 or newer, and there is none.');
  const resources = await measureResources(nvcc);
  const code = await measureCode(nvcc);
  if (process.argv.includes('--rewrite')) {
    const kernels = budgetOf(resources, code);
    writeFileSync(file, `${JSON.stringify({ nvcc: nvcc.version, kernels }, null, 2)}\n`);
    return;
  }
  const budget = JSON.parse(readFileSync(file, 'utf8'));
  if (budget.nvcc !== nvcc.version)
    throw new Problem(
      `The budget was measured with nvcc ${budget.nvcc} and this is ${nvcc.version}: another compiler, other counts.`,
    );
  const lines = overBudget(resources, code.instructions, budget.kernels);
  if (lines.length > 0)
    throw new Problem(
      `${lines.join('\n')}\nIf that is meant: node scripts/cuda-budget.mjs --rewrite`,
    );
});
