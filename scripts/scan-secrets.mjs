/**
 * Counts what the scan for secrets would redact in files and folders: node scripts/scan-secrets.mjs PATH… [--show N]
 * Run over code that holds no secrets, it counts false positives. Needs a build (`npm run build`).
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findSecrets } from '../dist/server/provenance/secrets/find-secrets.js';
import { privateKeySpans } from '../dist/server/provenance/secrets/private-key.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { show: { type: 'string', default: '0' } },
});

const sources =
  /\.(?:[cm]?[jt]sx?|py|go|rs|java|c|h|cc|hpp|cpp|cu|cs|rb|php|sh|json|ya?ml|toml|md|html|css)$/;
const largest = 2 ** 20;

function* filesIn(place) {
  const stat = lstatSync(place);
  if (stat.isDirectory()) {
    for (const name of readdirSync(place).sort())
      if (name !== '.git') yield* filesIn(path.join(place, name));
  } else if (stat.isFile() && stat.size <= largest && sources.test(place)) yield place;
}

const total = { files: 0, lines: 0, megabytes: 0, found: 0, ms: 0 };
let shown = 0;
for (const place of positionals)
  for (const file of filesIn(place)) {
    const text = readFileSync(file, 'utf8');
    const start = performance.now();
    const spans = [...findSecrets(text), ...privateKeySpans(text)];
    total.ms += performance.now() - start;
    total.files++;
    total.lines += text.split('\n').length;
    total.megabytes += text.length / 1e6;
    total.found += spans.length;
    for (const { start: from, end } of spans) {
      if (shown++ >= Number(values.show)) continue;
      const line = text.slice(text.lastIndexOf('\n', from) + 1, from).slice(-60);
      console.log(`${file}: ${line}⟦${text.slice(from, end).slice(0, 100)}⟧`);
    }
  }
const perMillion = (total.found / total.lines) * 1e6;
console.log(
  `${total.files} files, ${total.lines} lines, ${total.megabytes.toFixed(1)} MB: ${total.found} found, ` +
    `${perMillion.toFixed(1)} per million lines; ${(total.megabytes / (total.ms / 1000)).toFixed(0)} MB/s`,
);
