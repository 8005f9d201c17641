import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { Problem } from './report.mjs';
import { installCommand, packageManager } from './system-packages.mjs';

const oldest = { node: [20, 0], gcc: [11, 0], clang: [14, 0], appleClang: [14, 0], cmake: [3, 22] };

/** Compilers in the order in which they are tried after $CXX: the system's own, then the newest by name. */
const compilers = [
  'c++',
  'g++',
  'clang++',
  ...[15, 14, 13, 12, 11].map((version) => `g++-${version}`),
  ...[20, 19, 18, 17, 16, 15, 14].map((version) => `clang++-${version}`),
];

/** What the checks may ask of the machine; tests give their own. */
export const machine = {
  platform: process.platform,
  nodeVersion: process.versions.node,
  env: process.env,
  asRoot: process.getuid?.() === 0,
  /** Whether a command is on PATH (or an absolute path names a program). */
  exists(command) {
    const folders = path.isAbsolute(command)
      ? ['']
      : (process.env.PATH ?? '').split(path.delimiter);
    return folders.some((folder) => {
      try {
        accessSync(path.join(folder, command), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  },
  /** What `command --version` prints, or undefined where it does not run. */
  version(command) {
    const result = spawnSync(command, ['--version'], { encoding: 'utf8', timeout: 20_000 });
    return result.status === 0 ? result.stdout : undefined;
  },
};

/** Whether [major, minor] is `floor` or newer. */
export function atLeast(version, floor) {
  const [major = 0, minor = 0] = version;
  return major > floor[0] || (major === floor[0] && minor >= floor[1]);
}

function numbers(text) {
  return text.split('.').map(Number);
}

/**
 * Reads a compiler's own description of itself.
 *
 * @param {string} text what `--version` printed
 * @returns {{name: string, version: string, good: boolean} | undefined} undefined for no compiler known here
 */
export function describeCompiler(text) {
  const apple = /Apple clang version (\d+\.\d+)/.exec(text);
  if (apple)
    return {
      name: 'Apple clang',
      version: apple[1],
      good: atLeast(numbers(apple[1]), oldest.appleClang),
    };
  const clang = /clang version (\d+\.\d+)/.exec(text);
  if (clang)
    return { name: 'clang', version: clang[1], good: atLeast(numbers(clang[1]), oldest.clang) };
  // `g++ (Debian 12.2.0-14) 12.2.0`: the last number of the first line is the compiler's own.
  const gcc =
    /Free Software Foundation/.test(text) &&
    /(\d+\.\d+)(?:\.\d+)?(?: .*)?$/m.exec(text.replace(/\(.*?\)/, ''));
  if (gcc) return { name: 'g++', version: gcc[1], good: atLeast(numbers(gcc[1]), oldest.gcc) };
  return undefined;
}

/**
 * The first compiler that can build the engine.
 *
 * @returns {{command: string | undefined, tooOld: string | undefined}} `tooOld` describes the best that was found
 *   where none is good enough.
 */
export function findCompiler(on = machine) {
  let tooOld;
  for (const command of [on.env.CXX, ...compilers]) {
    if (!command || !on.exists(command)) continue;
    const found = describeCompiler(on.version(command) ?? '');
    if (found?.good) return { command, tooOld: undefined };
    if (found) tooOld ??= `${found.name} ${found.version}`;
  }
  return { command: undefined, tooOld };
}

function list(parts) {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/**
 * Checks everything that must be there before a build.
 *
 * @returns {{compiler: string}} the compiler's command
 * @throws {Problem} one sentence that names all that is missing, and the command that installs it
 */
export function checkToolchain(on = machine) {
  if (!atLeast(numbers(on.nodeVersion), oldest.node))
    throw new Problem(
      `Lacuna needs Node 20 or newer and this is ${on.nodeVersion}; get one from https://nodejs.org or with: nvm install 20`,
    );
  if (on.platform === 'win32')
    throw new Problem(
      'Lacuna builds on Linux and macOS; on Windows run it inside WSL, which this installs: wsl --install',
    );

  const missing = [];
  const tools = [];
  const compiler = findCompiler(on);
  if (!compiler.command) {
    tools.push('compiler');
    const have = compiler.tooOld ? ` (found ${compiler.tooOld})` : '';
    missing.push(`a C++20 compiler (g++ ≥ 11 or clang ≥ 14)${have}`);
  }
  const cmake = /cmake version (\d+\.\d+)/.exec((on.exists('cmake') && on.version('cmake')) || '');
  if (!cmake || !atLeast(numbers(cmake[1]), oldest.cmake)) {
    tools.push('cmake');
    missing.push(`cmake ≥ 3.22${cmake ? ` (found ${cmake[1]})` : ''}`);
  }
  if (!on.exists('ninja') && !on.exists('make')) {
    tools.push('make');
    missing.push('make or ninja');
  }
  if (missing.length > 0) {
    const command = installCommand(
      tools,
      packageManager(on.platform, (name) => on.exists(name)),
      on.asRoot,
    );
    throw new Problem(`Lacuna's engine needs ${list(missing)} to build; install with: ${command}`);
  }
  return { compiler: compiler.command };
}
