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

/** Whether a frame is in our addons: named by the addon, or by a source where its line is known. */
const inAddon = (report) => addon.test(report) || report.includes(sources);

/**
 * Takes reports apart: errors and races one by one, leaks block by block. Races and leaks are ours if a frame of our
 * addons is in them; the rest are Node's, which is not built for sanitizers. Every other error is ours wherever it shows.
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
    if (part.includes('WARNING: ThreadSanitizer')) add(part, inAddon(part));
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
