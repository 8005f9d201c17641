// node bench/agreement.mjs MODEL.gguf [--text FILE] [--tokens N] [--vectors]: whether llama.cpp computes from a model's file
// what Lacuna does. Gives both the same tokens and compares the distributions of the next one at each place. Build first
// (npm run build), and install llama.cpp (npm ci in bench/).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from '../scripts/lib/paths.mjs';
import { compareLogits } from './lib/compare-logits.mjs';
import { Llama } from './llama.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    text: { type: 'string', default: inRoot('server/prompt/fit-hole.ts') },
    tokens: { type: 'string', default: '256' },
    /** Goes without the tile unit in llama.cpp, whose build for it does not take every file. */
    vectors: { type: 'boolean', default: false },
  },
});
const [model] = positionals;
const most = Number(values.tokens);
if (model === undefined || !(Number.isInteger(most) && most >= 2)) {
  console.error(
    'usage: node bench/agreement.mjs MODEL.gguf [--text FILE] [--tokens N] [--vectors]',
  );
  process.exit(2);
}
const module = (name) => import(inRoot(`dist/server/${name}.js`));
const { describeModel } = await module('engine/model/describe-model');
const { loadAddon } = await module('engine/native/load-addon');

const { tokenizer, special } = describeModel(loadAddon(inRoot('.')).openModelFile(model));
const text = readFileSync(values.text, 'utf8');
const tokens = [special.bos, ...tokenizer.encode(text)].slice(0, most);

const llama = await Llama.load({
  ...{ model, device: 'cpu', threads: 2, contextLength: Math.max(512, most), batch: most },
  withoutAmx: values.vectors,
});
const theirs = await llama.logits(tokens);

const folder = mkdtempSync(path.join(tmpdir(), 'lacuna-agreement-'));
try {
  const [ids, out] = ['ids.json', 'logits.npy'].map((name) => path.join(folder, name));
  writeFileSync(ids, JSON.stringify(tokens));
  const command = [inRoot('bin/lacuna.js'), 'debug', 'logits'];
  const asked = [...command, '--model', model, '--tokens', ids, '--out', out];
  execFileSync(process.execPath, asked, { stdio: 'pipe' });
  const { worst, divergence, sameTop, places } = compareLogits(
    readRows(out, tokens.length),
    theirs,
  );
  console.log(
    `${path.basename(model)}, ${places} places of ${path.basename(values.text)}: ` +
      `worst ${worst.toExponential(1)} of the logits' spread, ` +
      `mean divergence ${divergence.toExponential(1)} nats, same best token ${(100 * sameTop).toFixed(1)} %`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// llama.cpp's threads need not end by themselves.
process.exit(0);

/** Rows of a NumPy file of float32 `[rows, columns]`, as `lacuna debug logits` writes it. */
function readRows(file, rows) {
  const bytes = readFileSync(file);
  const data = bytes.subarray(10 + bytes.readUInt16LE(8));
  const all = new Float32Array(Uint8Array.from(data).buffer);
  const columns = all.length / rows;
  return Array.from({ length: rows }, (_, i) => all.subarray(i * columns, (i + 1) * columns));
}
