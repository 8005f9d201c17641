// node bench/index.mjs [--files N | --root DIR]: what the workspace index costs, on a made-up tree or on one of yours.
// Build first (npm run build). Prints figures; nothing is compared or asserted.
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { inRoot } from '../scripts/lib/paths.mjs';
import { writeTree } from './lib/source-tree.mjs';

const { values } = parseArgs({
  options: { files: { type: 'string', default: '10000' }, root: { type: 'string' } },
});
const module = (name) => import(inRoot(`dist/server/context/${name}.js`));
const { WorkspaceIndex } = await module('index/workspace-index');
const { IndexCache } = await module('index/cache/index-cache');
const { grammarFolders } = await module('syntax/grammar-store');

const work = mkdtempSync(path.join(tmpdir(), 'lacuna-index-'));
const MB = 2 ** 20;
const line = (what, figure) => console.log(`${what.padEnd(34)}${figure}`);
const ms = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
const memory = () => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`;
/** Ends if a task never does. */
const deadline = setTimeout(() => {
  console.error('nothing has happened for ten minutes');
  process.exit(1);
}, 600_000);

/** Median of what a question costs, asked of each of the arguments. */
function median(list, ask) {
  const times = list.map((each) => {
    const begun = performance.now();
    ask(each);
    return performance.now() - begun;
  });
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

const observer = {
  progress: () => {},
  ready: () => {},
  trouble: (message) => console.error(message),
};
const grammars = grammarFolders(inRoot());
const cacheFolder = path.join(work, 'cache');
const options = {
  ...{ workerFile: inRoot('dist/server/context/index/worker/main.js'), grammars, cacheFolder },
};

async function opened(root) {
  const index = new WorkspaceIndex(options, observer);
  const begun = performance.now();
  await index.open({ folders: [root], trusted: true });
  const loaded = performance.now() - begun;
  await index.ready();
  return { index, loaded, took: performance.now() - begun };
}

try {
  const root = path.resolve(values.root ?? path.join(work, 'tree'));
  if (values.root === undefined) writeTree(root, Number(values.files));
  line('memory before', memory());
  const { index, took } = await opened(root);
  const { symbols } = index;
  const files = symbols.files();
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const definitions = files.reduce(
    (sum, { path: file }) => sum + symbols.definitionsIn(pathToFileURL(file).href).length,
    0,
  );
  line('files', `${files.length}, ${(bytes / MB).toFixed(1)} MiB, ${definitions} definitions`);
  line(
    'built in',
    `${(took / 1000).toFixed(1)} s, ${((files.length / took) * 1000).toFixed(0)} files/s`,
  );
  line('peak memory of the process', memory());

  const uris = files.map(({ path: file }) => pathToFileURL(file).href);
  const some = uris.filter((_, at) => at % Math.ceil(uris.length / 200) === 0);
  const names = some.flatMap((uri) =>
    symbols
      .definitionsIn(uri)
      .slice(0, 3)
      .map(({ name }) => name),
  );
  line('definitions of a name', ms(median(names, (name) => symbols.definitions(name))));
  line('references of a name', ms(median(names, (name) => symbols.references(name))));
  line('definitions in a file', ms(median(some, (uri) => symbols.definitionsIn(uri))));
  const query = (at) => ({
    ...{ open: some.slice(at, at + 3), mentioned: names.slice(at, at + 20), limit: 50 },
  });
  const first = performance.now();
  symbols.map(query(0));
  line('map, with its graph to make', ms(performance.now() - first));
  line(
    'map, from another place',
    ms(median([1, 2, 3, 4, 5, 6, 7, 8, 9], (at) => symbols.map(query(at)))),
  );
  line('map, asked before', ms(median([1, 2, 3], (at) => symbols.map(query(at)))));

  const one = files[Math.floor(files.length / 2)].path;
  const before = readFileSync(one);
  if (values.root === undefined) appendFileSync(one, '\n\n');
  const changed = performance.now();
  const revision = symbols.revision;
  index.update([one]);
  while (symbols.revision === revision) await new Promise((resolve) => setTimeout(resolve, 1));
  line('one changed file', ms(performance.now() - changed));
  if (values.root === undefined) writeFileSync(one, before);

  const closing = performance.now();
  await index.close();
  line('written to disk in', ms(performance.now() - closing));
  const file = new IndexCache(cacheFolder, grammars).fileOf(root);
  line('size on disk', `${(statSync(file).size / MB).toFixed(1)} MiB`);
  const again = await opened(root);
  line('read from disk in', ms(again.loaded));
  line('and brought up to date in', ms(again.took - again.loaded));
  await again.index.close();
} finally {
  clearTimeout(deadline);
  rmSync(work, { recursive: true, force: true });
}
