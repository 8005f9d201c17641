import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A text with a `█`, taken apart. Line and column count from 1. */
export interface MarkedText {
  readonly text: string;
  readonly before: string;
  readonly after: string;
  readonly line: number;
  readonly column: number;
}

export function marked(text: string): MarkedText {
  const [before = '', after = ''] = text.split('█');
  return {
    text: before + after,
    before,
    after,
    line: before.split('\n').length,
    column: before.length - before.lastIndexOf('\n'),
  };
}

/** The text that `lacuna complete` gives at the mark, in a file of this name. */
export function onCommandLine(name: string, hole: MarkedText): string {
  const json = inFolder({ [name]: hole.text }, (folder) => {
    const place = `${path.join(folder, name)}:${hole.line}:${hole.column}`;
    return execFileSync(
      process.execPath,
      [path.join(root, 'bin/lacuna.js'), 'complete', '--json', place],
      { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'ignore'] },
    );
  });
  return (JSON.parse(json) as { text: string }).text;
}

/** Runs `work` in a folder with these files, which is gone afterwards. */
export function inFolder<T>(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => T,
): T {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-editor-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An environment in which `lacuna` is this repository's and the home is empty. */
export function editorEnvironment(folder: string): NodeJS.ProcessEnv {
  symlinkSync(path.join(root, 'bin/lacuna.js'), path.join(folder, 'lacuna'));
  symlinkSync(process.execPath, path.join(folder, 'node'));
  return {
    ...process.env,
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder,
    // Not in the folder, which is gone when a server that outlives its editor writes its statistics and its index.
    XDG_CACHE_HOME: path.join(os.tmpdir(), 'lacuna-tests-cache'),
    XDG_STATE_HOME: path.join(os.tmpdir(), 'lacuna-tests-state'),
    PATH: [folder, process.env['PATH']].join(path.delimiter),
  };
}

/** Whether a program is installed here. */
export function installed(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
