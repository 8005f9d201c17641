/**
 * How to install a build tool on the system at hand.
 *
 * @typedef {'compiler' | 'cmake' | 'make'} Tool
 * @typedef {'apt' | 'dnf' | 'pacman' | 'zypper' | 'apk' | 'brew' | 'xcode' | 'none'} Manager
 */

const linux = {
  apt: { probe: 'apt-get', install: 'apt-get install -y', compiler: 'g++' },
  dnf: { probe: 'dnf', install: 'dnf install -y', compiler: 'gcc-c++' },
  pacman: { probe: 'pacman', install: 'pacman -S --needed', compiler: 'gcc' },
  zypper: { probe: 'zypper', install: 'zypper install -y', compiler: 'gcc-c++' },
  apk: { probe: 'apk', install: 'apk add', compiler: 'g++' },
};

/**
 * Which package manager this system has.
 *
 * @param {string} platform as in `process.platform`
 * @param {(command: string) => boolean} exists whether a command is on PATH
 * @returns {Manager}
 */
export function packageManager(platform, exists) {
  if (platform === 'darwin') return exists('brew') ? 'brew' : 'xcode';
  for (const [name, { probe }] of Object.entries(linux)) if (exists(probe)) return name;
  return 'none';
}

/**
 * What a person does to get `tools`: the command, in words that follow "install with".
 *
 * @param {readonly Tool[]} tools
 * @param {Manager} manager
 * @param {boolean} asRoot whether the person is root already
 * @returns {string}
 */
export function installCommand(tools, manager, asRoot) {
  switch (manager) {
    case 'brew':
    case 'xcode': {
      const cmake = manager === 'brew' ? 'brew install cmake' : 'open https://cmake.org/download';
      return [
        ...(tools.some((tool) => tool !== 'cmake') ? ['xcode-select --install'] : []),
        ...(tools.includes('cmake') ? [cmake] : []),
      ].join(' && ');
    }
    case 'none': {
      const usual = { compiler: 'g++ or clang', cmake: 'cmake', make: 'make or ninja' };
      const packages = tools.map((tool) => usual[tool]).join(', ');
      return `your system's package manager, where it is usually called ${packages}`;
    }
    default: {
      const { install, compiler } = linux[manager];
      const packages = tools.map((tool) => (tool === 'compiler' ? compiler : tool));
      return `${asRoot ? '' : 'sudo '}${install} ${packages.join(' ')}`;
    }
  }
}
