// node bench/replay.mjs [--repo DIR] [--range A..B] [--edits N] [--model FILE] …: what typing costs, by edits that were
// really made. Takes changed hunks out of the history of a git repository and types them into a whole language server,
// key by key, with a request at each pause. Build first (npm run build). docs/performance.md says what is measured.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { inRoot, root } from '../scripts/lib/paths.mjs';
import { counted } from './lib/counted-engine.mjs';
import { EditorSession } from './lib/editor-session.mjs';
import { before, HistoryError, sessionsOf, writeTreeBefore } from './lib/history.mjs';
import { figuresOf, table } from './lib/replay-figures.mjs';
import { editOf, keysOf } from './lib/typing.mjs';

const { values } = parseArgs({
  options: {
    repo: { type: 'string', default: root },
    range: { type: 'string', default: 'HEAD' },
    edits: { type: 'string', default: '500' },
    /** Keys of an edit that are typed; what is left of it is pasted. */
    keys: { type: 'string', default: '8' },
    /** Milliseconds between keys; 0 waits for each answer. */
    pace: { type: 'string', default: '0' },
    model: { type: 'string' },
    device: { type: 'string', default: 'cpu' },
    'context-length': { type: 'string', default: '2048' },
    'max-tokens': { type: 'string', default: '96' },
    /** anchored, plain, or both: anchored,plain */
    plan: { type: 'string', default: 'anchored' },
    /** Whether the workspace is there to be looked at: off, on, or off,on */
    context: { type: 'string', default: 'off' },
    json: { type: 'boolean', default: false },
  },
});

const module = (name) => import(inRoot(`dist/server/${name}.js`));
const { LacunaServer } = await module('lsp/server');
const { ClientWatch, createServerConnection } = await module('lsp/transport');
const { EngineLoader } = await module('models/load-engine');
const { grammarFolders } = await module('context/syntax/grammar-store');
const { indexWorkerFile } = await module('context/index/worker/index-worker');
const { languageIdOf } = await module('cli/language-id');

/** Until the server has begun what it does with a document that was opened, milliseconds. */
const READING_MS = 20;

const repository = path.resolve(values.repo);
const progress = (line) => process.stderr.write(`${line}\n`);

/** Types every edit of `sessions` into a server of its own. */
async function run(sessions, tree, plan, context) {
  const log = { keystroke: -1, calls: [] };
  const keystrokes = [];
  const loader = new EngineLoader(root);
  const session = new EditorSession(
    { LacunaServer, ClientWatch, createServerConnection },
    {
      version: 'replay',
      grammars: grammarFolders(root),
      ...(context === 'on' && {
        index: { workerFile: indexWorkerFile(root), cacheFolder: path.join(tree, '..', 'index') },
      }),
      listModels: () => Promise.reject(new Error('a replay knows of no models')),
      describeModel: () => {
        throw new Error('a replay knows of no models');
      },
      loadEngine: async (settings) =>
        counted(await loader.load({ flag: values.model, insist: true, ...settings }), log),
    },
  );
  const folder = context === 'on' ? pathToFileURL(tree).href : undefined;
  const settings = {
    device: values.device,
    contextLength: Number(values['context-length']),
    maxTokens: Number(values['max-tokens']),
    debounce: 0,
    plan,
  };
  await session.start(settings, folder);
  const waiting = [];
  let edits = 0;

  /** Makes one change, asks what is shown behind it, and writes down where that came from. */
  const keystroke = async (start, end, inserted, next) => {
    log.keystroke = keystrokes.length;
    const stroke = { asked: true, next };
    keystrokes.push(stroke);
    const begun = performance.now();
    await session.edit(start, end, inserted);
    const asked = log.calls.length;
    const flying = log.calls.some((call) => call.running && call.lane === 'inline');
    const answer = session.complete(start + inserted.length).then((shown) => {
      stroke.ms = performance.now() - begun;
      stroke.shown = shown;
      const generated = log.calls
        .slice(asked)
        .some((call) => call.lane === 'inline' && call.greedy);
      stroke.from = generated
        ? 'generated'
        : shown === undefined
          ? 'none'
          : flying
            ? 'joined'
            : 'known';
    });
    if (Number(values.pace) === 0) await answer;
    else {
      waiting.push(answer.catch(() => undefined));
      await sleep(Number(values.pace));
    }
  };

  for (const [index, one] of sessions.entries()) {
    if (index % 20 === 0) progress(`${plan}, context ${context}: ${edits} edits`);
    const uri = pathToFileURL(path.join(tree, one.file)).href;
    log.keystroke = keystrokes.length;
    await session.open(uri, languageIdOf(one.file), before(repository, one));
    // Who opens a file reads before typing: what the server does meanwhile comes to its end.
    await session.request('workspace/executeCommand', { command: 'lacuna.lastPrompt' });
    await sleep(READING_MS);
    await Promise.all(log.calls.map(({ ended }) => ended));
    for (const hunk of one.hunks) {
      const { start, end, inserted } = editOf(session.document.text, hunk);
      edits++;
      if (end > start) await keystroke(start, end, '', inserted);
      const keys = keysOf(inserted);
      let at = start;
      for (const [typed, key] of keys.slice(0, Number(values.keys)).entries()) {
        await keystroke(at, at, key, keys.slice(typed + 1).join(''));
        at += key.length;
      }
      const rest = keys.slice(Number(values.keys)).join('');
      if (rest !== '') await session.edit(at, at, rest);
    }
    await Promise.all(waiting.splice(0));
  }
  await Promise.all(log.calls.map(({ ended }) => ended));
  const { model, device } = session.statuses.at(-1);
  await session.end();
  return {
    name: `${plan}, context ${context}`,
    plan,
    context,
    model,
    device,
    figures: figuresOf(edits, keystrokes, log.calls),
  };
}

async function main() {
  const sessions = sessionsOf(repository, values.range, Number(values.edits));
  const work = mkdtempSync(path.join(tmpdir(), 'lacuna-replay-'));
  try {
    // The workspace as it was before the first of the edits: nothing of what is typed stands in it.
    const tree = path.join(work, 'tree');
    writeTreeBefore(repository, sessions[0].commit, tree);
    const runs = [];
    for (const context of values.context.split(','))
      for (const plan of values.plan.split(','))
        runs.push(await run(sessions, tree, plan, context));
    const range = `${sessions[0].commit.slice(0, 9)}^..${sessions.at(-1).commit.slice(0, 9)}`;
    if (values.json) console.log(JSON.stringify({ range, runs }));
    else
      console.log(`${runs[0].model ?? ''} · ${runs[0].device ?? ''} · ${range}\n\n${table(runs)}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof HistoryError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
