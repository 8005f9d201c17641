// clang-format over every C++ and CUDA file; `--fix` rewrites them.
import { readFileSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';
import { Problem, runMain } from './lib/report.mjs';
import { runNode } from './lib/run.mjs';
import { filesUnder } from './lib/stamp.mjs';

await runMain(async () => {
  const files = filesUnder(['native', 'kernels', 'test/cuda'], (file) =>
    /\.(cc|h|cu|cuh)$/.test(file),
  );
  if (files.length === 0) throw new Problem('No C++ file found: is this the repository?');
  const folder = inRoot('node_modules/clang-format-node');
  const { bin } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const mode = process.argv.includes('--fix') ? ['-i'] : ['--dry-run', '-Werror'];
  await runNode(`${folder}/${bin['clang-format']}`, [...mode, ...files]);
});
