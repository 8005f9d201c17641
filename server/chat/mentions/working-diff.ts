import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** What has changed in a file. */
export interface FileDiff {
  readonly uri: string;
  /** As Git writes it, its head included. */
  readonly text: string;
}

export type WorkingDiff =
  | { readonly diffs: readonly FileDiff[]; readonly problem?: never }
  | { readonly problem: string; readonly diffs?: never };

/** Most output that is read, bytes. */
const MOST = 8 << 20;
/** Nothing that a repository's own configuration names is run: no pager, no driver, no file system monitor. */
const quiet = [
  ...[
    '--no-pager',
    '--no-optional-locks',
    '-c',
    'core.fsmonitor=false',
    '-c',
    'core.quotePath=false',
  ],
];

/** Changes of a folder's working tree since the last commit, staged ones included; new files by name. Never rejects. */
export async function workingDiff(folder: string, signal: AbortSignal): Promise<WorkingDiff> {
  const git = async (...args: string[]): Promise<string> => {
    const options = { cwd: folder, maxBuffer: MOST, signal, windowsHide: true };
    return (await promisify(execFile)('git', [...quiet, ...args], options)).stdout;
  };
  try {
    const root = (await git('rev-parse', '--show-toplevel')).replace(/\r?\n$/, '');
    const known = await git('rev-parse', '--verify', '--quiet', 'HEAD').catch(() => '');
    // Before the first commit there is only what is staged.
    const base = known.trim() === '' ? '--cached' : 'HEAD';
    const options = [
      '--no-color',
      '--no-ext-diff',
      '--no-textconv',
      '--src-prefix=a/',
      '--dst-prefix=b/',
    ];
    const text = await git('diff', ...options, base, '--', '.');
    const added = await git('ls-files', '--others', '--exclude-standard', '-z', '--', '.');
    const names = added.split('\0').filter(Boolean).slice(0, 100);
    return {
      diffs: [
        ...filesOf(text, root),
        ...names.map((name) => ({
          uri: pathToFileURL(path.join(folder, name)).href,
          text: `new file ${name}\n`,
        })),
      ],
    };
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') return { problem: 'Git is not installed.' };
    if (signal.aborted) return { problem: 'Git took too long.' };
    if (stderr.includes('not a git repository')) return { problem: 'It is no Git repository.' };
    return { problem: `Git failed: ${stderr.trim().split('\n')[0] ?? ''}` };
  }
}

/** A diff, cut into those of its files. */
export function filesOf(diff: string, root: string): FileDiff[] {
  return diff
    .split(/^(?=diff --git )/m)
    .filter((text) => text.startsWith('diff --git '))
    .map((text) => {
      const [, before] = /^--- (?:"?a\/(.*?)"?\t?)$/m.exec(text) ?? [];
      const [, after] = /^\+\+\+ (?:"?b\/(.*?)"?\t?)$/m.exec(text) ?? [];
      const [, renamed] = /^rename to (.*)$/m.exec(text) ?? [];
      const [, head] = /^diff --git "?a\/(?:.*) "?b\/(.*?)"?$/m.exec(text) ?? [];
      const name = after ?? before ?? renamed ?? head ?? '';
      return { uri: pathToFileURL(path.join(root, name)).href, text };
    });
}
