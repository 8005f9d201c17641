import path from 'node:path';
import { compileNative } from './native.mjs';
import { inRoot } from './paths.mjs';
import { Problem } from './report.mjs';
import { run } from './run.mjs';

/**
 * What each sanitizer needs. `options` go to programs of ours, which end at the first report; with `nodeOptions`, too,
 * Node loads the addons, and reports go to files. It is not built with a sanitizer, so `libraries` are preloaded.
 */
export const sanitizers = {
  address: {
    title: 'AddressSanitizer and UndefinedBehaviorSanitizer',
    // The C++ library too: it would come with the addon, too late for the interceptors to find it.
    libraries: ['libasan.so', 'libubsan.so', 'libstdc++.so.6'],
    options: { ASAN_OPTIONS: { detect_leaks: 1 }, UBSAN_OPTIONS: { print_stacktrace: 1 } },
    nodeOptions: {
      // The testing addon counts allocations by an operator new of its own, over malloc.
      ASAN_OPTIONS: { alloc_dealloc_mismatch: 0 },
      // Leaks are told by their reports, where Node's own can be told apart.
      LSAN_OPTIONS: { exitcode: 0 },
    },
    fixedAddresses: false,
  },
  thread: {
    title: 'ThreadSanitizer',
    libraries: ['libtsan.so'],
    options: {
      TSAN_OPTIONS: { history_size: 4, suppressions: inRoot('scripts/sanitizers/thread.supp') },
    },
    // Races are told by their reports, where Node's own can be told apart.
    nodeOptions: { TSAN_OPTIONS: { exitcode: 0 } },
    // Its shadow memory has fixed places, which a library at a random one may meet.
    fixedAddresses: true,
  },
};

/** Where a sanitizer's build lies: apart from build/, whose addons must stay fast. */
export function sanitizedFolder(name) {
  return path.join('.cache', `sanitized-${name}`);
}

/** The addons of a sanitizer's build. */
export function sanitizedAddons(name) {
  return inRoot(sanitizedFolder(name), 'RelWithDebInfo');
}

/** The programs of native/tools in a sanitizer's build. */
export function sanitizedTools(name) {
  return inRoot(sanitizedFolder(name), 'native');
}

/** Builds both addons and the tools of native/tools with a sanitizer; does what changed. */
export function buildSanitized(name, compiler) {
  const settings = ['--config', 'RelWithDebInfo', '--CDLACUNA_TESTING=ON'];
  const sanitize = `--CDLACUNA_SANITIZE=${name}`;
  return compileNative(
    sanitizedFolder(name),
    [...settings, sanitize],
    { CXX: compiler },
    60 * 60_000,
  );
}

/** The environment of a program of ours. */
export function toolEnvironment(name) {
  return variables(sanitizers[name].options);
}

/** The environment of Node with our addons: reports become files `<kind>.<process>` in `reports`. */
export async function nodeEnvironment(name, compiler, reports) {
  const { libraries, options, nodeOptions } = sanitizers[name];
  const together = {};
  for (const variable of new Set([...Object.keys(options), ...Object.keys(nodeOptions)])) {
    const log = { log_path: path.join(reports, variable.toLowerCase()) };
    together[variable] = { ...options[variable], ...nodeOptions[variable], ...log };
  }
  const preload = await Promise.all(libraries.map((library) => findLibrary(library, compiler)));
  return { ...variables(together), LD_PRELOAD: preload.join(' ') };
}

/** `{ASAN_OPTIONS: {a: 1, b: 2}}` as `{ASAN_OPTIONS: 'a=1:b=2'}`. */
function variables(options) {
  const joined = ([name, values]) => [
    name,
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}`)
      .join(':'),
  ];
  return Object.fromEntries(Object.entries(options).map(joined));
}

async function findLibrary(library, compiler) {
  const found = (await run(compiler, [`-print-file-name=${library}`])).trim();
  if (path.isAbsolute(found)) return found;
  throw new Problem(
    `${compiler} has no ${library}: install GCC and its sanitizers, and set CXX=g++ where that is another compiler.`,
  );
}

/** Command and arguments that run `command` at fixed addresses, where a sanitizer wants that and the system can. */
export async function startOf(name, command, args) {
  if (!sanitizers[name].fixedAddresses) return [command, args];
  try {
    await run('setarch', ['-R', 'true']);
    return ['setarch', ['-R', command, ...args]];
  } catch {
    return [command, args];
  }
}
