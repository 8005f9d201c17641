import assert from 'node:assert/strict';
import { checkToolchain, describeCompiler, findCompiler } from '../../../scripts/lib/toolchain.mjs';
import { installCommand, packageManager } from '../../../scripts/lib/system-packages.mjs';

const gcc = (version) =>
  `g++ (Debian ${version}-14) ${version}\nCopyright (C) 2022 Free Software Foundation, Inc.\nThis is free software; see the source`;
const clang = (version) => `Ubuntu clang version ${version}-1ubuntu1\nTarget: x86_64-pc-linux-gnu`;
const cmake = (version) =>
  `cmake version ${version}\n\nCMake suite maintained and supported by Kitware`;

/** A machine that has just these programs: command → what `--version` prints. */
function machineWith(
  programs,
  { platform = 'linux', nodeVersion = '20.11.1', env = {}, asRoot = false } = {},
) {
  return {
    platform,
    nodeVersion,
    env,
    asRoot,
    exists: (command) => command in programs,
    version: (command) => programs[command],
  };
}

const complete = {
  'apt-get': '',
  'c++': gcc('12.2.0'),
  cmake: cmake('3.25.1'),
  make: 'GNU Make 4.3',
};
const without = (...names) =>
  Object.fromEntries(Object.entries(complete).filter(([name]) => !names.includes(name)));
const problemOf = (machine) => {
  try {
    checkToolchain(machine);
  } catch (error) {
    return error.message;
  }
  return undefined;
};

describe('toolchain check', () => {
  it('accepts a machine that has everything, and names the compiler', () => {
    assert.deepEqual(checkToolchain(machineWith(complete)), { compiler: 'c++' });
  });

  it('takes ninja in the place of make', () => {
    assert.equal(problemOf(machineWith({ ...without('make'), ninja: '1.11' })), undefined);
  });

  it('names a missing compiler and the command that installs it', () => {
    assert.equal(
      problemOf(machineWith(without('c++'))),
      "Lacuna's engine needs a C++20 compiler (g++ ≥ 11 or clang ≥ 14) to build; install with: sudo apt-get install -y g++",
    );
  });

  it('names all that is missing in one sentence, without sudo for root', () => {
    assert.equal(
      problemOf(machineWith({ dnf: '' }, { asRoot: true })),
      "Lacuna's engine needs a C++20 compiler (g++ ≥ 11 or clang ≥ 14), cmake ≥ 3.22 and make or ninja to build; install with: dnf install -y gcc-c++ cmake make",
    );
  });

  it('says which version it found where that is too old', () => {
    const message = problemOf(
      machineWith({ ...complete, 'c++': gcc('9.4.0'), cmake: cmake('3.16.3') }),
    );
    assert.match(message, /\(found g\+\+ 9\.4\)/);
    assert.match(message, /cmake ≥ 3\.22 \(found 3\.16\)/);
  });

  it('passes over an old system compiler for a newer one beside it', () => {
    const machine = machineWith({
      ...complete,
      'c++': gcc('9.4.0'),
      'clang++-15': clang('15.0.7'),
    });
    assert.deepEqual(findCompiler(machine), { command: 'clang++-15', tooOld: undefined });
  });

  it('takes $CXX first', () => {
    const machine = machineWith(
      { ...complete, '/opt/clang++': clang('17.0.1') },
      { env: { CXX: '/opt/clang++' } },
    );
    assert.equal(findCompiler(machine).command, '/opt/clang++');
  });

  it('names a Node that is too old before anything else', () => {
    assert.match(
      problemOf(machineWith({}, { nodeVersion: '18.19.0' })),
      /Node 20 or newer and this is 18\.19\.0/,
    );
  });

  it('names WSL on Windows', () => {
    assert.match(problemOf(machineWith(complete, { platform: 'win32' })), /wsl --install/);
  });
});

describe('compiler versions', () => {
  for (const [text, name, version, good] of [
    [gcc('12.2.0'), 'g++', '12.2', true],
    [gcc('11.1.0'), 'g++', '11.1', true],
    [gcc('10.5.0'), 'g++', '10.5', false],
    [gcc('9.4.0').replace('Debian 9.4.0-14', 'Ubuntu 9.4.0-1ubuntu1~20.04.2'), 'g++', '9.4', false],
    [
      'g++ (GCC) 13.2.1 20231205 (Red Hat 13.2.1-6)\nCopyright (C) 2023 Free Software Foundation, Inc.',
      'g++',
      '13.2',
      true,
    ],
    [clang('14.0.6'), 'clang', '14.0', true],
    [clang('13.0.1'), 'clang', '13.0', false],
    ['Apple clang version 15.0.0 (clang-1500.3.9.4)', 'Apple clang', '15.0', true],
  ])
    it(`reads ${JSON.stringify(text.split('\n')[0])}`, () => {
      assert.deepEqual(describeCompiler(text), { name, version, good });
    });

  it('does not take another program for a compiler', () => {
    assert.equal(describeCompiler('BusyBox v1.35.0 multi-call binary'), undefined);
  });
});

describe('install commands', () => {
  for (const [manager, tools, asRoot, expected] of [
    ['apt', ['compiler', 'cmake', 'make'], false, 'sudo apt-get install -y g++ cmake make'],
    ['pacman', ['compiler'], true, 'pacman -S --needed gcc'],
    ['apk', ['cmake'], true, 'apk add cmake'],
    ['brew', ['compiler', 'cmake', 'make'], false, 'xcode-select --install && brew install cmake'],
    ['brew', ['cmake'], false, 'brew install cmake'],
    ['xcode', ['make'], false, 'xcode-select --install'],
    [
      'none',
      ['compiler', 'cmake'],
      false,
      "your system's package manager, where it is usually called g++ or clang, cmake",
    ],
  ])
    it(`installs ${tools.join(', ')} with ${manager}${asRoot ? ' as root' : ''}`, () => {
      assert.equal(installCommand(tools, manager, asRoot), expected);
    });

  it('finds the package manager by its command', () => {
    assert.equal(
      packageManager('linux', (name) => name === 'pacman'),
      'pacman',
    );
    assert.equal(
      packageManager('linux', () => false),
      'none',
    );
    assert.equal(
      packageManager('darwin', () => false),
      'xcode',
    );
  });
});
