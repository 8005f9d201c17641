import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProvenanceGate } from '../provenance/gate.js';
import { redactText } from '../provenance/redact.js';
import { refuse, type EditRefusal } from './refusal.js';

/** What a commit would hold, as the gate lets it pass. */
export interface GitChanges {
  /** One for each file, unified. */
  readonly diffs: readonly string[];
  /** First lines of the latest commits' messages, the latest first. */
  readonly subjects: readonly string[];
}

/** Longest that git may take, milliseconds; most bytes of what it says; most files of a change. */
const GIT_MS = 10_000;
const MOST_BYTES = 4 << 20;
const MOST_FILES = 100;
const SUBJECTS = 5;

/** A repository's settings may name programs to run: none of them is. */
const harmless = ['-c', 'core.fsmonitor=false', '-c', 'core.quotepath=off', '--no-pager'];
const diffOptions = ['--no-color', '--no-ext-diff', '--no-textconv', '--find-renames'];

/**
 * What is staged in the repository of a folder, or where nothing is, what was changed in its working tree.
 *
 * @throws DOMException (rejects, AbortError) where the signal aborts
 */
export async function gitChanges(
  folder: string,
  gate: Pick<ProvenanceGate, 'refuses'>,
  signal: AbortSignal,
): Promise<GitChanges | { readonly refusal: EditRefusal }> {
  const git = (...args: string[]) => run(folder, args, signal);
  try {
    const root = (await git('rev-parse', '--show-toplevel')).trimEnd();
    for (const staged of [['--cached'], []]) {
      const names = await git('-C', root, 'diff', ...staged, ...diffOptions, '--name-only', '-z');
      const files = names.split('\0').filter((name) => name !== '');
      if (files.length === 0) continue;
      const diffs: string[] = [];
      for (const file of files.slice(0, MOST_FILES)) {
        const uri = pathToFileURL(path.join(root, file)).href;
        if (await gate.refuses(uri, 'context')) continue;
        const diff = await git('-C', root, 'diff', ...staged, ...diffOptions, '--', file);
        diffs.push(redactText(diff).text.trimEnd());
      }
      if (diffs.length === 0)
        return refuse(
          'Nothing of the change may be shown to the model.',
          'Write the message yourself: ignore files, names of secrets or trust keep all of it back.',
        );
      const log = await git('-C', root, 'log', `-${SUBJECTS}`, '--format=%s').catch(() => '');
      return { diffs, subjects: log.split('\n').filter((line) => line !== '') };
    }
    return refuse('Nothing was changed.', 'Change or stage a file first.');
  } catch (error) {
    signal.throwIfAborted();
    const [reason = ''] = (error instanceof Error ? error.message : String(error))
      .trim()
      .split('\n')
      .slice(-1);
    return refuse(
      `The changes cannot be read: ${reason}`,
      'Open a folder of a git repository, and install git.',
    );
  }
}

function run(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      ['-C', folder, ...harmless, ...args],
      {
        ...{ signal, timeout: GIT_MS, maxBuffer: MOST_BYTES, windowsHide: true },
        env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
      },
      (error, stdout, stderr) => {
        if (error) reject(new Error(stderr.trim() || error.message));
        else resolve(stdout);
      },
    );
  });
}
