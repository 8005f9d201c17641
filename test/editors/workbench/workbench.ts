import { execFile, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  recordedPrompts,
  scriptVariable,
  writeReplies,
  type ScriptedReply,
} from '../scripted-server/script.js';
import { deadline, until } from '../until.js';

/** Where `npm test` or `npm run test:editors` put the parts. */
export interface WorkbenchParts {
  /** Node to run the workbench with. */
  readonly node: string;
  /** code-server's entry file. */
  readonly entry: string;
  readonly chromium: string;
  /** The packed extension. */
  readonly vsix: string;
  /** The language server whose model answers by a script. */
  readonly scriptedServer: string;
}

/** Why there is no workbench, where there can be none. */
export const noWorkbench = process.env['LACUNA_NO_WORKBENCH'];

/** @throws {Error} where nobody has prepared a workbench. */
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
  /** Where the servers of this workbench keep what outlives them. */
  readonly state: string;
  /** What the workbench and Lacuna's output channel have said. */
  log(): string;
  /** Process ids of the language servers that run from this workbench's copy of the extension. */
  serverPids(): readonly number[];
  /** Sets the project's settings, in place of those set before. */
  configure(settings: Readonly<Record<string, unknown>>): void;
  /** Gives the scripted model other answers. */
  script(replies: readonly ScriptedReply[]): void;
  /** What the scripted model was shown so far, oldest first. */
  prompts(): readonly string[];
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
  // Whole texts, as the command line gives them: the embedded model is seldom sure of so many tokens.
  'lacuna.confidence': 'off',
  'telemetry.telemetryLevel': 'off',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'workbench.startupEditor': 'none',
};

/** Process ids of the language servers whose program lies in `home`. */
function serverPids(home: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return command.includes(home) && command.includes('dist/server/cli/main.js');
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** The output channels of Lacuna in every window of this workbench. */
function outputOf(userData: string): string {
  const logs = path.join(userData, 'logs');
  return readdirSync(logs, { recursive: true, encoding: 'utf8' })
    .filter((name) => /lacuna[^/]*\.log$/i.test(name))
    .map((name) => `${name}\n${readFileSync(path.join(logs, name), 'utf8')}`)
    .join('\n');
}

/** Puts another server into the installed extension. */
function useServer(server: string, extensions: string): void {
  const [extension] = readdirSync(extensions).filter((name) => name.startsWith('lacuna.lacuna-'));
  if (extension === undefined) throw new Error(`No Lacuna is installed in ${extensions}.`);
  cpSync(server, path.join(extensions, extension, 'dist/server/cli/main.js'));
}

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
    XDG_STATE_HOME: path.join(home, '.local/state'),
    // No marketplace: nothing is looked up, nothing leaves the machine.
    EXTENSIONS_GALLERY: '{}',
  };
}

export interface WorkbenchOptions {
  /** Whether the project is trusted; otherwise it is opened in restricted mode, without a question. */
  readonly trusted?: boolean;
  /** Model files in a folder where llama.cpp would keep them: name → bytes. */
  readonly models?: Readonly<Record<string, Buffer>>;
  /** Settings of the user, beside the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The model answers by this script, in the place of the one that ships. */
  readonly script?: readonly ScriptedReply[];
}

/**
 * Installs the extension into a fresh workbench and opens a project in it.
 *
 * @param files the project: path → text
 * @throws {Error} where it does not answer within a minute
 */
export async function startWorkbench(
  parts: WorkbenchParts,
  files: Readonly<Record<string, string>>,
  { trusted = true, settings = {}, models = {}, script }: WorkbenchOptions = {},
): Promise<Workbench> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'lacuna-workbench-'));
  const folder = path.join(home, 'project');
  const userData = path.join(home, 'data');
  mkdirSync(folder);
  mkdirSync(path.join(home, 'tmp'));
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const llama = path.join(home, '.cache/llama.cpp');
  mkdirSync(llama, { recursive: true });
  for (const [name, bytes] of Object.entries(models)) writeFileSync(path.join(llama, name), bytes);
  const userSettings = { ...quietSettings, ...settings };
  writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify(userSettings));

  const port = await freePort();
  const common = [
    parts.entry,
    ...['--config', path.join(home, 'config.yaml')],
    ...['--user-data-dir', userData, '--extensions-dir', path.join(home, 'extensions')],
  ];
  const scriptFile = path.join(home, 'script.json');
  if (script) writeReplies(scriptFile, script);
  const env = {
    ...isolatedEnvironment(home),
    ...(script && { [scriptVariable]: scriptFile }),
  };
  await promisify(execFile)(parts.node, [...common, '--install-extension', parts.vsix], {
    env,
    timeout: 60_000,
  });

  if (script) useServer(parts.scriptedServer, path.join(home, 'extensions'));

  // A process tree: detached, it is a group of its own, which `close` ends as a whole.
  const child = spawn(
    parts.node,
    [
      ...common,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--disable-telemetry', '--disable-update-check'],
      ...(trusted ? ['--disable-workspace-trust'] : []),
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
    state: path.join(home, '.local/state'),
    log: () => `${log}\n${outputOf(userData)}`,
    serverPids: () => serverPids(home),
    configure(settings) {
      mkdirSync(path.join(folder, '.vscode'), { recursive: true });
      writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
    },
    script(replies) {
      writeReplies(scriptFile, replies);
    },
    prompts: () => recordedPrompts(scriptFile),
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
