import { existsSync, readdirSync } from 'node:fs';
import {
  findChromium,
  installWorkbench,
  workbench,
} from '../../test/editors/workbench/install.mjs';
import { bundleModule } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { dim, step } from './report.mjs';
import { run } from './run.mjs';
import { machine } from './toolchain.mjs';
import { packVsix } from './vsix.mjs';

/** The other editors that are tried: what there is where they are installed, and Debian's packages of them. */
const others = [
  { there: () => machine.exists('nvim'), packages: ['neovim'] },
  {
    there: () => machine.exists('emacs') && holds('/usr/share/emacs/site-lisp/elpa', /^lsp-mode-/),
    packages: ['emacs-nox', 'elpa-eglot', 'elpa-lsp-mode'],
  },
  {
    there: () => machine.exists('vim') && existsSync('/usr/share/vim-ale'),
    packages: ['vim', 'vim-ale'],
  },
];

function holds(folder, name) {
  return existsSync(folder) && readdirSync(folder).some((each) => name.test(each));
}

/** Installs the other editors where that needs nobody's password. What is missing then is not tried, and says so. */
async function installOthers() {
  const missing = others.filter(({ there }) => !there());
  if (missing.length === 0 || !machine.asRoot || !machine.exists('apt-get')) return;
  const packages = missing.flatMap((each) => each.packages);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await step(`Installing ${packages.join(', ')}`, async () => {
      await run('apt-get', ['update', '-qq'], { timeoutMs: 3 * 60_000 });
      const install = ['install', '-y', '-qq', '--no-install-recommends'];
      await run('apt-get', [...install, ...packages], { env, timeoutMs: 5 * 60_000 });
    });
  } catch (error) {
    console.log(dim(`${firstLine(error)} The editors that are missing are not tried.`));
  }
}

function firstLine(error) {
  return String(error.message).split('\n', 1)[0];
}

/**
 * Gets real editors ready: installs what is missing, and packs the extension. Everything must be built before.
 *
 * @returns {Promise<Record<string, string>>} what the tests in test/editors want to have in their environment
 * @throws {Problem | CommandError} where there can be no workbench
 */
export async function prepareEditors() {
  await installOthers();
  await installWorkbench();
  const vsix = inRoot('dist/lacuna.vsix');
  const scriptedServer = inRoot('dist/scripted-server.js');
  await step('Packing the extension', async () => {
    await packVsix(vsix);
    await bundleModule('test/editors/scripted-server/main.ts', scriptedServer);
  });
  const parts = { ...workbench, chromium: findChromium(), vsix, scriptedServer };
  return { LACUNA_WORKBENCH: JSON.stringify(parts) };
}

/** The same, but where there can be no workbench, the tests that want one are skipped with the reason in their name. */
export async function tryPrepareEditors() {
  try {
    return await prepareEditors();
  } catch (error) {
    const reason = firstLine(error);
    console.log(dim(`VS Code is not tried: ${reason}`));
    return { LACUNA_NO_WORKBENCH: reason };
  }
}
