import { existsSync, renameSync } from 'node:fs';
import { getLlama } from 'node-llama-cpp';
import { loadBackendsWithoutAmx } from './backends.mjs';

/** A restored state has to save at least so many tokens of prefill. */
const worthRestoring = 256;

/** One model in llama.cpp, on the CPU or all of it on a GPU, with one sequence. Tokens are plain ids. */
export class Llama {
  #sequence;
  #batch;
  #loadMs;

  constructor(context, batch, loadMs) {
    this.#sequence = context.getSequence();
    this.#batch = batch;
    this.#loadMs = loadMs;
  }

  /**
   * @param {{model: string, device: 'cpu' | 'cuda', threads: number, contextLength: number, batch: number,
   *   withoutAmx: boolean}} options
   *   Everything else is llama.cpp's default: the file is mapped, the cache is f16, flash attention is on where
   *   llama.cpp finds that it can be.
   */
  static async load({ model, device, threads, contextLength, batch, withoutAmx }) {
    const cuda = device === 'cuda';
    if (withoutAmx && !cuda) await loadBackendsWithoutAmx();
    const llama = await getLlama({
      build: 'never',
      gpu: cuda && 'cuda',
      skipDownload: true,
      logLevel: 'error',
      maxThreads: threads,
    });
    const started = performance.now();
    const loaded = await llama.loadModel({
      modelPath: model,
      gpuLayers: cuda ? 'max' : 0,
    });
    const context = await loaded.createContext({
      contextSize: contextLength,
      threads: { ideal: threads, min: threads },
      batchSize: batch,
      flashAttention: 'auto',
    });
    return new Llama(context, batch, performance.now() - started);
  }

  /** Milliseconds that model and context took to load. */
  get loadMs() {
    return this.#loadMs;
  }

  /** Logits behind each of the tokens, from an empty cache: a Float32Array of the vocabulary's size each. */
  async logits(tokens) {
    await this.#sequence.clearHistory();
    const wanted = tokens.map((token) => [token, { generateNext: { logits: true } }]);
    const places = await this.#sequence.controlledEvaluate(wanted);
    return tokens.map((_, at) => {
      const found = places[at]?.next?.logits;
      if (found === undefined) return undefined;
      const row = new Float32Array(found.size);
      for (const [token, logit] of found) row[token] = logit;
      return row;
    });
  }

  /** Computes a prompt from an empty cache; milliseconds. `onProgress` gets the tokens that are done. */
  async prefill(tokens, onProgress) {
    await this.#sequence.clearHistory();
    return this.#evaluate(tokens, onProgress);
  }

  /**
   * Milliseconds of `count` decoding steps behind `context`, greedy. The cache is brought there first, from
   * what it holds, from the file `state` or by computing; what was computed is written to `state`.
   */
  async decode(context, count, state, onProgress) {
    await this.#bringTo(context.slice(0, -1), state, onProgress);
    const tokens = this.#sequence.evaluate(context.slice(-1), {
      temperature: 0,
      yieldEogToken: true,
    });
    let started = 0;
    let seen = 0;
    // The first token's pass belongs to the prompt.
    for await (const token of tokens) {
      void token;
      if (seen === 0) started = performance.now();
      else if (seen === count) break;
      seen++;
    }
    return performance.now() - started;
  }

  async #bringTo(tokens, state, onProgress) {
    await this.#rewindTo(tokens);
    const lacking = () => tokens.length - this.#sequence.nextTokenIndex;
    if (lacking() >= worthRestoring && state && existsSync(state)) {
      await this.#sequence.loadStateFromFile(state, { acceptRisk: true });
      await this.#rewindTo(tokens);
    }
    const computed = lacking();
    if (computed > 0) await this.#evaluate(tokens.slice(-computed), onProgress);
    if (computed >= worthRestoring && state) {
      await this.#sequence.saveStateToFile(`${state}.part`);
      renameSync(`${state}.part`, state);
    }
  }

  /** Drops what the cache holds beyond its common beginning with `tokens`. */
  async #rewindTo(tokens) {
    const held = this.#sequence.contextTokens;
    let same = 0;
    while (same < held.length && held[same] === tokens[same]) same++;
    if (same === held.length) return;
    if (same === 0) await this.#sequence.clearHistory();
    else await this.#sequence.eraseContextTokenRanges([{ start: same, end: held.length }]);
  }

  async #evaluate(tokens, onProgress) {
    const started = performance.now();
    for (let done = 0; done < tokens.length; done += this.#batch) {
      await this.#sequence.evaluateWithoutGeneratingNewTokens(
        tokens.slice(done, done + this.#batch),
      );
      onProgress(Math.min(tokens.length, done + this.#batch));
    }
    return performance.now() - started;
  }
}
