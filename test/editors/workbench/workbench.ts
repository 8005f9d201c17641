import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { deadline, until } from '../until.js';

/** Where `npm run test:editors` put the parts. */
export interface WorkbenchParts {
  /** Node to run the workbench with. */
  readonly node: string;
  /** code-server's entry file. */
  readonly entry: string;
  readonly chromium: string;
  /** The packed extension. */
  readonly vsix: string;
}

/** @throws {Error} where the test was not started by `npm run test:editors`. */
export function workbenchParts(): WorkbenchParts {
  const parts = process.env['LACUNA_WORKBENCH'];
  if (parts === undefined) throw new Error('Run the editor tests with: npm run test:editors');
  return JSON.parse(parts) as WorkbenchParts;
}

/** A running workbench with a home, settings and extensions of its own; nothing of it outlives `close`. */
export interface Workbench {
  /** Page that shows `folder`. */
  readonly url: string;
  /** The opened project's folder. */
  readonly folder: string;
  /** Sets the project's settings, in place of those set before. */
  configure(settings: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

/** Quiet, and without VS Code's own typing aids: what a test types is what the file gets. */
const quietSettings = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.autoClosingBrackets': 'never',
  'editor.fontSize': 16,
  'editor.minimap.enabled': false,
  'editor.scrollBeyondLastLine': false,
  'editor.stickyScroll.enabled': false,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'telemetry.telemetryLevel': 'off',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** This process's environment without what would tie the workbench to a person's editor or home. */
function isolatedEnvironment(home: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'PORT', 'PASSWORD', 'NODE_OPTIONS'])
    Reflect.deleteProperty(env, name);
  return {
    ...env,
    HOME: home,
    // VS Code leaves sockets and folders there.
    TMPDIR: path.join(home, 'tmp'),
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, '.local/share'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
    // No marketplace: nothing is looked up, nothing leaves the machine.
    EXTENSIONS_GALLERY: '{}',
  };
}

/**
 * Installs the extension into a fresh workbench and opens a project in it.
 *
 * @param files the project: name → text
 * @throws {Error} where it does not answer within a minute
 */
export async function startWorkbench(
  parts: WorkbenchParts,
  files: Readonly<Record<string, string>>,
): Promise<Workbench> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'lacuna-workbench-'));
  const folder = path.join(home, 'project');
  const userData = path.join(home, 'data');
  mkdirSync(folder);
  mkdirSync(path.join(home, 'tmp'));
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify(quietSettings));

  const port = await freePort();
  const common = [
    parts.entry,
    ...['--config', path.join(home, 'config.yaml')],
    ...['--user-data-dir', userData, '--extensions-dir', path.join(home, 'extensions')],
  ];
  const env = isolatedEnvironment(home);
  await promisify(execFile)(parts.node, [...common, '--install-extension', parts.vsix], {
    env,
    timeout: 60_000,
  });

  // A process tree: detached, it is a group of its own, which `close` ends as a whole.
  const child = spawn(
    parts.node,
    [
      ...common,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      folder,
    ],
    { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const endGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  process.once('exit', endGroup);
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );

  const workbench: Workbench = {
    url: `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`,
    folder,
    configure(settings) {
      mkdirSync(path.join(folder, '.vscode'), { recursive: true });
      writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
    },
    async close() {
      endGroup();
      process.off('exit', endGroup);
      await deadline(exited, 10_000, 'the workbench to end');
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  try {
    await until('the workbench to answer', 60_000, async () => {
      const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
      return response?.ok === true;
    });
  } catch (error) {
    await workbench.close();
    throw new Error(`${String(error)}\n${log}`, { cause: error });
  }
  return workbench;
}
