// node training/syntax_nodes.mjs WORK: finds the syntax nodes of the prepared training text that make good holes.
//
// Writes WORK/train.nodes.bin: pairs of little-endian uint32, a node's first byte in train.bin and its length in bytes,
// in the order of the text, at most one node for each 96 bytes. Files that are not pure ASCII have none, so that bytes are
// characters. Wants the project's dependencies (npm ci); reads the grammars that the language server uses.
import { Buffer } from 'node:buffer';
import { createWriteStream, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Language, Parser } from 'web-tree-sitter';

const LEAST = 10;
const MOST = 400;
/** Bytes of a file that are looked at: what is longer is mostly data. */
const REACH = 300_000;
const STEP = 96;
/** What makes a poor hole: prose, text in quotes, single names. */
const SKIPPED = /comment|string|template|regex|program|module|ERROR|jsx_text|identifier|number/;
/** Documents that hardly count in training. */
const LEAST_WEIGHT = 0.15;

/** A small generator with a seed (mulberry32), so that the same text has the same nodes. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Named nodes of a fitting length, in the order of their starts. */
function candidates(tree, text, isWanted) {
  const found = [];
  const cursor = tree.walk();
  let descend = true;
  for (;;) {
    const start = cursor.startIndex;
    const length = cursor.endIndex - start;
    if (length >= LEAST && length <= MOST && isWanted(cursor)) found.push([start, length]);
    if (descend && length >= LEAST && cursor.gotoFirstChild()) continue;
    if (cursor.gotoNextSibling()) continue;
    let up = false;
    while (cursor.gotoParent())
      if (cursor.gotoNextSibling()) {
        up = true;
        break;
      }
    if (!up) break;
  }
  cursor.delete();
  return found.filter(([start, length]) => /\w/.test(text.slice(start, start + length)));
}

/** At most one node for each STEP bytes, drawn evenly among those that start there. */
function thin(nodes, draw) {
  const kept = new Map();
  for (const node of nodes) {
    const cell = Math.floor(node[0] / STEP);
    const { count = 0 } = kept.get(cell) ?? {};
    if (draw() * (count + 1) < 1) kept.set(cell, { node, count: count + 1 });
    else kept.set(cell, { ...kept.get(cell), count: count + 1 });
  }
  return [...kept.values()].map(({ node }) => node);
}

async function loadLanguages() {
  await Parser.init();
  const grammars = path.dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'));
  const load = async (name) => {
    const language = await Language.load(path.join(grammars, `tree-sitter-${name}.wasm`));
    const parser = new Parser();
    parser.setLanguage(language);
    const named = Array.from({ length: language.nodeTypeCount }, (_, id) => {
      const type = language.nodeTypeForId(id);
      return language.nodeTypeIsNamed(id) && type !== null && !SKIPPED.test(type);
    });
    return { parser, isWanted: (cursor) => named[cursor.nodeTypeId] === true };
  };
  const [ts, tsx, js, py] = await Promise.all(
    ['typescript', 'tsx', 'javascript', 'python'].map(load),
  );
  return ({ lang, path: file }) =>
    lang === 'py' ? py : lang === 'js' ? js : file.endsWith('x') ? tsx : ts;
}

const [work] = process.argv.slice(2);
if (work === undefined) {
  console.error('usage: node training/syntax_nodes.mjs WORK');
  process.exit(2);
}
const languageOf = await loadLanguages();
const lines = readFileSync(path.join(work, 'train.jsonl'), 'utf8').trimEnd().split('\n');
const blob = await open(path.join(work, 'train.bin'));
const target = path.join(work, 'train.nodes.bin');
const out = createWriteStream(`${target}.part`);
const count = { documents: 0, nodes: 0, failed: 0 };
for (const line of lines) {
  const document = JSON.parse(line);
  if (document.weight < LEAST_WEIGHT) continue;
  const bytes = Buffer.alloc(Math.min(document.length, REACH));
  await blob.read(bytes, 0, bytes.length, document.offset);
  if (bytes.some((byte) => byte > 127)) continue;
  const text = bytes.toString('latin1');
  const { parser, isWanted } = languageOf(document);
  try {
    const tree = parser.parse(text);
    const nodes = thin(candidates(tree, text, isWanted), random(document.offset));
    tree.delete();
    const pairs = new Uint32Array(
      nodes.flatMap(([start, length]) => [document.offset + start, length]),
    );
    if (!out.write(Buffer.from(pairs.buffer))) await new Promise((done) => out.once('drain', done));
    count.nodes += nodes.length;
    count.documents++;
  } catch {
    count.failed++; // A grammar's own scanner may give up; that document goes without.
  }
}
await blob.close();
await new Promise((done) => out.end(done));
await rename(`${target}.part`, target);
console.log(
  `${count.nodes} nodes in ${count.documents} documents; ${count.failed} could not be parsed`,
);
