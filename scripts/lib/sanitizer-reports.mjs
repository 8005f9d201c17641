import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

/** An empty folder for reports. */
export function emptyFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Everything that a sanitizer wrote into a folder of reports. */
export function readReports(folder) {
  const files = readdirSync(folder).sort();
  return files.map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n');
}

const addon = /\blacuna(_testing)?\.node\b/;
const sources = inRoot('native') + path.sep;

/** The beginning of what ThreadSanitizer says of one of the two accesses of a race. */
const access = /^ {2}(?:previous )?(?:atomic )?(?:read|write) of size/i;

/** Whether a frame is in our addons: named by the addon, or by a source where its line is known. */
const inAddon = (report) => addon.test(report) || report.includes(sources);

/**
 * Whether a race is between two accesses of V8's own pool of workers. Its frames may stand above ours: an allocation of
 * ours can start a garbage collection, whose jobs race with each other.
 */
function isOfWorkerPool(report) {
  const accesses = report.split(/^(?=\S| {2}\S)/m).filter((part) => access.test(part));
  const innermost = accesses.map((part) => part.match(/^ +#\d+ (?!.*\(lib[a-z]*san\.so).*$/m)?.[0]);
  return innermost.length === 2 && innermost.every((frame) => frame?.includes(' v8::platform::'));
}

/**
 * Takes reports apart: errors and races one by one, leaks block by block. Races and leaks are ours if a frame of our
 * addons is in them (but see `isOfWorkerPool`); the rest are Node's, which is not built for sanitizers. Every other error is ours wherever it shows.
 *
 * @param {string} text
 * @returns {{ours: string[], others: number}}
 */
export function sortReports(text) {
  const lines = `\n${text}`; // a first report, too, is split off what is before it
  const found = { ours: [], others: 0 };
  const add = (report, mine) => {
    if (mine) found.ours.push(report.trim());
    else found.others += 1;
  };
  for (const part of lines.split(/^={18,}$/m)) {
    if (part.includes('WARNING: ThreadSanitizer'))
      add(part, inAddon(part) && !isOfWorkerPool(part));
  }
  for (const part of lines.split(/^(?===\d+==ERROR: )/m).slice(1)) {
    if (!part.includes('LeakSanitizer: detected memory leaks')) {
      add(part, true);
      continue;
    }
    const leaks = part.split(/^(?=(?:Direct|Indirect) leak of )/m).slice(1);
    for (const leak of leaks) add(leak.replace(/^SUMMARY:[^]*/m, ''), inAddon(leak));
  }
  for (const part of lines.split(/^(?=\S+:\d+:\d+: runtime error: )/m).slice(1)) {
    add(part.replace(/\n\n[^]*/, ''), true);
  }
  return found;
}
