/**
 * The native addon without native code: a made-up model file, and an engine whose answers are a function of
 * the prompt's ids. It keeps to the addon's interface, down to the order and number of callbacks.
 */

import type {
  NativeAddon,
  NativeEngine,
  NativeEngineOptions,
  NativeError,
  NativeModelFile,
  NativeRequest,
  NativeSummary,
} from '../../../server/engine/native/addon.js';
import { fakeModelFile, smallModel, type FakeMetadata } from '../../support/fake-model-file.js';

export interface FakeAddonOptions {
  readonly metadata?: FakeMetadata;
  /** Thrown by `openModelFile`, by `loadEngine` or given to every `onEnd`. */
  readonly openError?: Error;
  readonly loadError?: Error;
  readonly runError?: NativeError;
  /** What saving and restoring a prefix fails with. */
  readonly fileError?: NativeError;
  readonly vocabularySize?: number;
  /** Sends one token more after a request was cancelled, as one that was under way would come. */
  readonly lateToken?: boolean;
  /** Forgets what runs when it is closed, without another callback. */
  readonly forgetful?: boolean;
}

export class FakeAddon implements NativeAddon {
  /** What reached the engine, oldest first. */
  readonly requests: NativeRequest[] = [];
  readonly cancelled: number[] = [];
  /** The first lane that waits. */
  private held = 4;
  readonly files: string[] = [];
  closes = 0;

  constructor(private readonly options: FakeAddonOptions = {}) {}

  openModelFile(path: string): NativeModelFile {
    if (this.options.openError) throw this.options.openError;
    return fakeModelFile(smallModel(this.options.metadata), path);
  }

  loadEngine(
    path: string,
    options: NativeEngineOptions,
    onProgress?: (fraction: number) => void,
  ): Promise<NativeEngine> {
    if (this.options.loadError) return Promise.reject(this.options.loadError);
    onProgress?.(0);
    onProgress?.(1);
    const file = this.openModelFile(path);
    const tokens = file.get('tokenizer.ggml.tokens') as readonly string[];
    const trained = file.get('deepseek2.context_length') as number;
    return Promise.resolve(
      this.engine(
        options,
        Math.min(options.contextLength ?? trained, trained),
        this.options.vocabularySize ?? tokens.length,
      ),
    );
  }

  cpuFeatures(): never {
    throw new Error('not part of the fake');
  }

  cudaKernels(): never {
    throw new Error('not part of the fake');
  }

  probeCuda(): never {
    throw new Error('not part of the fake');
  }

  planCuda(): never {
    throw new Error('not part of the fake');
  }

  /** What `savePrefix` and `restorePrefix` do: they tell, or fail with `fileError`. */
  private file(verb: string, path: string, tokens: number): Promise<number> {
    this.files.push(`${verb} ${path}`);
    if (this.options.fileError) return Promise.reject(this.options.fileError);
    return Promise.resolve(tokens);
  }

  private engine(
    { device = 'cpu' }: NativeEngineOptions,
    contextLength: number,
    vocabularySize: number,
  ): NativeEngine {
    const running = new Map<number, () => void>();
    const prefilled: Int32Array[] = [];
    let closed = false;
    return {
      info: {
        device,
        ...(device === 'cuda' && { gpu: 'Fake GPU' }),
        cpuPath: 'avx2',
        threads: 2,
        contextLength,
        vocabularySize,
        weightBytes: 0,
        kvBytes: 0,
        scratchBytes: 0,
        kvBytesPerToken: 0,
        pageBytes: 640,
        pageTokens: 64,
      },
      generate: (request, onToken, onEnd) => {
        if (closed) throw nativeError('closed', 'closed');
        const handle = this.requests.push(request);
        let aborted = false;
        running.set(handle, () => (aborted = true));
        const residentTokens = longest(prefilled, request.tokens);
        const answer = fakeAnswer(request);
        let generated = 0;
        const end = (reason: NativeSummary['reason']) => {
          running.delete(handle);
          const error = this.options.runError ?? null;
          const promptTokens = request.tokens.length;
          onEnd(
            error,
            error
              ? null
              : {
                  reason,
                  promptTokens,
                  residentTokens,
                  generatedTokens: generated,
                  trimmedTokens: promptTokens + generated > contextLength + 1 ? 9 : 0,
                  healedTokens: 0,
                  draftedTokens: 0,
                  acceptedTokens: 0,
                  mtpDraftedTokens: 0,
                  mtpAcceptedTokens: 0,
                  prefillMs: 1,
                  decodeMs: 1,
                },
          );
        };
        const step = () => {
          if (closed && this.options.forgetful) return;
          if (aborted) {
            if (this.options.lateToken) onToken(0, 'late', -1);
            end('aborted');
            return;
          }
          if (request.lane >= this.held) {
            setTimeout(step, 1);
            return;
          }
          if (generated === 0) prefilled.push(request.tokens);
          const text = this.options.runError ? undefined : answer.texts[generated];
          if (text === undefined) {
            end(answer.reason);
            return;
          }
          generated++;
          onToken(generated, text, -generated / 10);
          setImmediate(step);
        };
        setImmediate(step);
        return handle;
      },
      cancel: (handle) => {
        this.cancelled.push(handle);
        running.get(handle)?.();
      },
      hold: (first) => {
        this.held = first;
      },
      resident: (tokens) => longest(prefilled, tokens),
      pageUsage: () => ({ total: 8, free: 3, held: 0, shared: 0, cached: 5 }),
      savePrefix: (tokens, path) => this.file('save', path, longest(prefilled, tokens)),
      restorePrefix: (path) => this.file('restore', path, 7),
      logits: () => Promise.reject(new Error('not part of the fake')),
      close: async () => {
        closed = true;
        this.closes++;
        for (const abort of running.values()) abort();
        if (this.options.forgetful) return;
        while (running.size > 0) await new Promise((resolve) => setImmediate(resolve));
      },
    };
  }
}

export function nativeError(code: string, message: string): NativeError {
  return Object.assign(new Error(message), { code, remedy: `what helps against ${code}` });
}

/** The pieces of an answer that depends on the prompt and, with a temperature, on the seed. */
function fakeAnswer(request: NativeRequest): { texts: string[]; reason: NativeSummary['reason'] } {
  let state = request.tokens.reduce((sum, id) => (Math.imul(sum, 31) + id) >>> 0, 7);
  if (request.temperature) state = (state + (request.seed ?? 0)) >>> 0;
  const pieces = Array.from({ length: request.maxTokens }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return ` ${(state >>> 8).toString(36)}`;
  });
  const text = pieces.join('');
  const stops = (request.stop ?? []).map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  if (stops.length === 0) return { texts: pieces, reason: 'length' };
  const texts: string[] = [];
  let left = Math.min(...stops);
  for (const piece of pieces) {
    if (left <= 0) break;
    texts.push(piece.slice(0, left));
    left -= piece.length;
  }
  return { texts, reason: 'stop' };
}

function longest(prompts: readonly Int32Array[], tokens: Int32Array): number {
  const common = (prompt: Int32Array) => {
    let n = 0;
    while (n < prompt.length && n < tokens.length && prompt[n] === tokens[n]) n++;
    return n;
  };
  return Math.max(0, ...prompts.map(common));
}
