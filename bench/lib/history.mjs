// Edits that people made, out of the history of a git repository.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Files that are code: what of a history is replayed. */
const pathspecs = ['ts', 'tsx', 'mts', 'js', 'mjs', 'py', 'cc', 'h', 'cpp', 'cu', 'cuh'].map(
  (extension) => `*.${extension}`,
);

/** Something about the history that a person can put right. */
export class HistoryError extends Error {}

function git(repository, ...args) {
  return execFileSync('git', ['-C', repository, '-c', 'core.quotePath=off', ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** @throws HistoryError where `repository` is no whole clone. */
function insistOnHistory(repository) {
  let shallow;
  try {
    shallow = git(repository, 'rev-parse', '--is-shallow-repository').trim();
  } catch {
    throw new HistoryError(
      `${repository} has no history: it is no clone of a git repository, or git is not installed. Clone the repository with git, or give another one with --repo.`,
    );
  }
  if (shallow === 'true')
    throw new HistoryError(
      `${repository} is a shallow clone, which has no history to replay. Fetch it with: git fetch --unshallow`,
    );
}

/**
 * The hunks of a `git log -U0` in the order of the file: `{ commit, file, hunks: [{ line, removed, added }] }` for each
 * file of each commit. `line` counts from 0 in the file as it is once the hunks before are applied; `removed` and `added`
 * are lists of lines.
 */
export function parseLog(log) {
  const sessions = [];
  for (const part of log.split('\0').slice(1)) {
    const [commit] = part.split('\n', 1);
    for (const diff of part.split(/^diff --git .*$/m).slice(1)) {
      const file = /^\+\+\+ b\/(.*)$/m.exec(diff)?.[1];
      // The last line of such a file is no line like others.
      if (file === undefined || diff.includes('\n\\ No newline at end of file')) continue;
      const hunks = [];
      for (const hunk of diff.split(/^(?=@@ )/m).slice(1)) {
        const [head, ...lines] = hunk.split('\n');
        const [, start, count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(head);
        const marked = (mark) =>
          lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(1));
        // Where nothing is added, git names the line before.
        const line = count === '0' ? Number(start) : Number(start) - 1;
        hunks.push({ line, removed: marked('-'), added: marked('+') });
      }
      if (hunks.length > 0) sessions.push({ commit, file, hunks });
    }
  }
  return sessions;
}

/** Most hunks of one file in one commit: nobody types more than that without a break. */
const HUNKS_A_SESSION = 8;

/**
 * Files of commits in `range`, oldest first, evenly spread over it, so that about `edits` hunks come of them. The same
 * arguments give the same sessions.
 */
export function sessionsOf(repository, range, edits) {
  insistOnHistory(repository);
  let log;
  try {
    log = git(
      repository,
      ...['log', '--no-merges', '--reverse', '--diff-filter=M', '--no-renames', '-U0'],
      ...['--no-color', '--no-ext-diff', '--src-prefix=a/', '--dst-prefix=b/', '--format=%x00%H'],
      ...[range, '--', ...pathspecs],
    );
  } catch (error) {
    throw new HistoryError(`git cannot read ${range}: ${String(error.stderr ?? error).trim()}`);
  }
  const all = parseLog(log).map((session) => ({
    ...session,
    hunks: session.hunks.slice(0, HUNKS_A_SESSION),
  }));
  if (all.length === 0)
    throw new HistoryError(`${range} changes no code. Name commits that do with --range.`);
  const total = all.reduce((sum, { hunks }) => sum + hunks.length, 0);
  const share = Math.min(1, edits / total);
  const chosen = [];
  let hunks = 0;
  let due = 0;
  for (const session of all) {
    due += session.hunks.length * share;
    // Never behind what is due, so that none are missing at the end.
    if (hunks >= Math.min(edits, due)) continue;
    const rest = { ...session, hunks: session.hunks.slice(0, edits - hunks) };
    chosen.push(rest);
    hunks += rest.hunks.length;
  }
  return chosen;
}

/** The file as it was before a commit. */
export function before(repository, { commit, file }) {
  return git(repository, 'show', `${commit}^:${file}`);
}

/** Writes the files of a repository as they were before `commit` into a folder. */
export function writeTreeBefore(repository, commit, folder) {
  mkdirSync(folder, { recursive: true });
  const tree = execFileSync('git', ['-C', repository, 'archive', `${commit}^`], {
    maxBuffer: 1 << 30,
  });
  execFileSync('tar', ['-x', '-C', folder], { input: tree });
}
