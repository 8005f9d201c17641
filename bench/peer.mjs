// llama.cpp in a process of its own, driven over Node's channel by `lacuna bench --peer`. One call at a time:
//   {id, method, params} → {id, progress}* → {id, result} or {id, error}
import { readFileSync } from 'node:fs';
import { Llama } from './llama.mjs';

/** @type {Llama | undefined} */
let llama;

const methods = {
  async load(params) {
    llama = await Llama.load(params);
    return llama.loadMs;
  },
  prefill: ({ tokens }, onProgress) => llama.prefill(tokens, onProgress),
  decode: ({ context, count, state }, onProgress) =>
    llama.decode(context, count, state, onProgress),
  /** Bytes of this process in memory, and how many of them are not the model's file. */
  memory() {
    const { rss } = process.memoryUsage();
    return { rssBytes: rss, anonymousBytes: anonymousBytes() ?? null };
  },
};

/** What Linux says; elsewhere undefined. */
function anonymousBytes() {
  try {
    const found = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return found ? Number(found[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}

async function answer({ id, method, params }) {
  try {
    const onProgress = (progress) => process.send({ id, progress });
    process.send({ id, result: await methods[method](params, onProgress) });
  } catch (error) {
    process.send({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', (call) => void answer(call));
// Nobody is left to answer. Its threads may be in the middle of a pass: no destructor is to meet them.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
