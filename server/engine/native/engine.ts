/** The Engine contract over the native addon: a model in this process. */

import {
  EngineError,
  type CacheUsage,
  type Engine,
  type EngineInfo,
  type FinishReason,
  type GenerateOptions,
  type Generation,
  type GenerationSummary,
  type Lane,
  type Overflow,
  type PromptPlan,
} from '../contract.js';
import { GenerationStream } from '../generation-stream.js';
import { describeModel, type ModelDescription } from '../model/describe-model.js';
import { modelFingerprint } from '../model/fingerprint.js';
import type {
  CpuPath,
  NativeAddon,
  NativeEngine as NativeHandle,
  NativeEngineInfo,
  NativeEngineOptions,
} from './addon.js';
import { encodePlan } from './encode-plan.js';
import { closedError, toEngineError, toRequestError } from './native-error.js';
import { LANE_NUMBER, LANES, nativeSampling } from './sampling.js';

/**
 * Opens a model file and loads it. `onProgress` gets 0 … 1. `why` is the reason for `options.device`.
 *
 * @throws EngineError (as a rejection) if the file cannot be read, is not understood or does not fit.
 */
export async function loadNativeEngine(
  addon: NativeAddon,
  path: string,
  options: NativeEngineOptions = {},
  onProgress?: (fraction: number) => void,
  why: DeviceReason = {},
): Promise<Engine> {
  try {
    const model = describeModel(addon.openModelFile(path));
    const fingerprint = modelFingerprint(path);
    const native = await addon.loadEngine(path, options, onProgress);
    if (native.info.vocabularySize < model.vocabularySize) {
      await native.close();
      throw new EngineError(
        `${path} cannot be used: it has ${model.vocabularySize} tokens, but weights for ${native.info.vocabularySize}`,
        'Download the model again, or use another file of it.',
      );
    }
    return new NativeEngine(path, fingerprint, model, native, why);
  } catch (error) {
    throw toEngineError(error);
  }
}

type DeviceReason = Pick<EngineInfo, 'deviceReason' | 'deviceRemedy'>;

class NativeEngine implements Engine {
  readonly info: EngineInfo;
  private readonly running = new Set<GenerationStream>();
  private closing: Promise<void> | undefined;

  constructor(
    path: string,
    fingerprint: string | undefined,
    private readonly model: ModelDescription,
    private readonly native: NativeHandle,
    { deviceReason, deviceRemedy }: DeviceReason,
  ) {
    this.info = {
      model: model.name,
      path,
      ...(fingerprint !== undefined && { fingerprint }),
      device: deviceName(native.info),
      ...(deviceReason !== undefined && { deviceReason }),
      ...(deviceRemedy !== undefined && { deviceRemedy }),
      contextLength: native.info.contextLength,
      fim: model.fim.layout,
      ...(model.copy !== undefined && { copy: model.copy }),
      ...(model.beam !== undefined && { beam: model.beam }),
      ...(model.fim.remedy === undefined ? {} : { fimRemedy: model.fim.remedy }),
      ...(model.chat.format ? { chat: model.chat.format } : { chatRemedy: model.chat.remedy }),
    };
  }

  countTokens(text: string): number {
    return this.model.tokenizer.encode(text).length;
  }

  generate(plan: PromptPlan, options: GenerateOptions): Generation {
    let handle: number | undefined;
    const stream = new GenerationStream(() => {
      if (handle !== undefined) this.native.cancel(handle);
    });
    try {
      handle = this.start(plan, options, stream);
    } catch (error) {
      stream.fail(toEngineError(error));
    }
    return stream;
  }

  hold(lane: Lane | undefined): void {
    if (!this.closing) this.native.hold(lane === undefined ? LANES : LANE_NUMBER[lane]);
  }

  resident(plan: PromptPlan): number {
    return this.closing ? 0 : this.native.resident(encodePlan(plan, this.model).tokens);
  }

  cacheUsage(): CacheUsage {
    const { pageTokens, pageBytes } = this.native.info;
    const { total, free, held, shared, cached } = this.native.pageUsage();
    return {
      totalPages: total,
      freePages: free,
      heldPages: held,
      sharedPages: shared,
      cachedPages: cached,
      pageTokens,
      pageBytes,
    };
  }

  async savePrefix(plan: PromptPlan, path: string): Promise<number> {
    try {
      return await this.native.savePrefix(encodePlan(plan, this.model).tokens, path);
    } catch (error) {
      throw toEngineError(error);
    }
  }

  async restorePrefix(path: string): Promise<number> {
    try {
      return await this.native.restorePrefix(path);
    } catch (error) {
      throw toEngineError(error);
    }
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    try {
      await this.native.close();
    } catch (error) {
      throw toEngineError(error);
    } finally {
      for (const stream of this.running) stream.end(abortedSummary(0));
      this.running.clear();
    }
  }

  /** Queues the request and connects it to `stream`; returns what `cancel` needs, if it was queued at all. */
  private start(
    plan: PromptPlan,
    options: GenerateOptions,
    stream: GenerationStream,
  ): number | undefined {
    if (this.closing) throw closedError();
    const { signal } = options;
    const { tokens, textEnd } = encodePlan(plan, this.model);
    const overflow = options.overflow ?? { rule: 'stop' };
    const { maxTokens, capped } = this.room(tokens.length, options.maxTokens, overflow);
    const sampling = nativeSampling(options.sampling ?? {});
    if (signal?.aborted) {
      stream.end(abortedSummary(tokens.length));
      return undefined;
    }

    const onAbort = () => {
      this.native.cancel(handle);
    };
    const settle = (outcome: GenerationSummary | EngineError) => {
      signal?.removeEventListener('abort', onAbort);
      this.running.delete(stream);
      if (outcome instanceof EngineError) stream.fail(outcome);
      else stream.end(outcome);
    };
    const handle = this.native.generate(
      {
        ...sampling,
        tokens,
        lane: LANE_NUMBER[options.lane],
        maxTokens,
        ...(options.beam !== undefined && { beam: options.beam }),
        stop: options.stop?.filter((stop) => stop !== '') ?? [],
        heal: options.heal ? textEnd : 0,
        draftSources: options.draftSources?.map((text) => this.model.tokenizer.encode(text)) ?? [],
        endTokens: this.model.endTokens,
        bannedTokens: this.model.bannedTokens,
        overflow: overflow.rule,
        ...(overflow.rule === 'trim' ? { keepFirst: overflow.keepFirst } : {}),
      },
      (id, text, logProbability) => {
        // Tokens already on their way when the signal fired are not wanted any more.
        if (!signal?.aborted) stream.push({ id, text, logProbability });
      },
      (error, summary) => {
        if (summary) settle({ ...summary, reason: finishReason(summary.reason, capped) });
        else if (this.closing) settle(abortedSummary(tokens.length));
        else settle(toRequestError(error, this.native.info.device));
      },
    );
    if (!stream.ended) {
      this.running.add(stream);
      signal?.addEventListener('abort', onAbort, { once: true });
    }
    return handle;
  }

  /** How many tokens may be generated behind a prompt, and whether that is less than was asked for. */
  private room(
    promptTokens: number,
    wanted: number,
    overflow: Overflow,
  ): { maxTokens: number; capped: boolean } {
    const { contextLength } = this.info;
    if (!(wanted >= 0)) {
      throw new EngineError(`maxTokens is ${wanted}`, 'Ask for 0 tokens or more.');
    }
    if (overflow.rule === 'trim') return { maxTokens: Math.floor(wanted), capped: false };
    if (promptTokens > contextLength) {
      throw new EngineError(
        `the prompt takes ${promptTokens} tokens, the context holds ${contextLength}`,
        `Send at most ${contextLength} tokens, or load the model with a longer context.`,
      );
    }
    const left = contextLength - promptTokens;
    return { maxTokens: Math.min(Math.floor(wanted), left), capped: wanted > left };
  }
}

/** A token limit that stands in for the end of the context is reported as that. */
function finishReason(reason: FinishReason, capped: boolean): FinishReason {
  return reason === 'length' && capped ? 'context' : reason;
}

function abortedSummary(promptTokens: number): GenerationSummary {
  return {
    reason: 'aborted',
    promptTokens,
    residentTokens: 0,
    generatedTokens: 0,
    trimmedTokens: 0,
    healedTokens: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    prefillMs: 0,
    decodeMs: 0,
  };
}

const CPU_PATH_NAME: Readonly<Record<CpuPath, string>> = {
  reference: 'scalar reference',
  avx2: 'AVX2',
  avx512: 'AVX-512',
  'avx2-int8': 'AVX2 bytes',
  'avx-vnni': 'AVX-VNNI',
  vnni: 'AVX-512 VNNI',
  amx: 'AMX',
};

/** Where a model runs, for a person: `cpu (AVX-512, 2 threads)`. */
export function deviceName({ device, gpu, cpuPath, threads }: NativeEngineInfo): string {
  if (device === 'cuda') return `cuda (${gpu ?? 'GPU'})`;
  return `cpu (${CPU_PATH_NAME[cpuPath]}, ${threads} ${threads === 1 ? 'thread' : 'threads'})`;
}
