// Loaded before the tests (node --import): addons come from the folder in $LACUNA_SANITIZED_ADDONS instead of
// build/Release, where the tests look for them.
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../lib/paths.mjs';

const built = inRoot('build', 'Release') + path.sep;
const folder = process.env.LACUNA_SANITIZED_ADDONS;
const { dlopen } = process;

// RTLD_NODELETE: leaks are looked for at the very end, when Node would have unloaded whose they are.
const flags = os.constants.dlopen.RTLD_LAZY | 0x1000;
let loaded = 0;

process.dlopen = (module, file, ...rest) => {
  if (!file.startsWith(built)) return dlopen(module, file, ...rest);
  loaded += 1;
  return dlopen(module, path.join(folder, path.basename(file)), flags);
};

// A run that watched nothing must not look like one that found nothing.
process.on('exit', () => {
  if (loaded > 0) return;
  console.error(`No test has loaded an addon of ${folder}.`);
  process.exitCode = 1;
});

// The sanitizer has read them. Compilers and tools that tests start are not to be preloaded, nor to log here.
for (const name of ['LD_PRELOAD', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS'])
  delete process.env[name];
