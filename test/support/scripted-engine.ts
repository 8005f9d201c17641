/**
 * An Engine without a model, for tests: the answer is a function of the plan. It keeps the whole contract
 * (abort, stop strings, token limit, context, close), so what works against it works against a real engine.
 */

import {
  EngineError,
  type CacheUsage,
  type Engine,
  type EngineInfo,
  type FinishReason,
  type FoundLine,
  type GeneratedToken,
  type GenerateOptions,
  type Generation,
  type Lane,
  type PromptPlan,
} from '../../server/engine/contract.js';
import { GenerationStream } from '../../server/engine/generation-stream.js';

export interface ScriptedEngineOptions {
  /** The whole answer, or how to make it from the plan. One that throws fails the generation. */
  readonly answer: string | ((plan: PromptPlan, options: GenerateOptions) => string);
  /** Milliseconds before the first token; default 0 (one turn of the event loop). */
  readonly prefillMs?: number;
  /**
   * Milliseconds before each later token, or how to tell them from the plan, asked before each; default 0 (one turn of
   * the event loop).
   */
  readonly tokenMs?: number | ((plan: PromptPlan) => number);
  /** Of every token, or how to tell it from the plan; default -0.1. */
  readonly logProbability?: number | ((plan: PromptPlan) => number);
  /** The lines that a search finds beside the answer. */
  readonly otherLines?: readonly string[];
  /** Overrides of `info`; by default a PSM model with 4096 tokens of context. */
  readonly info?: Partial<EngineInfo>;
}

export interface ScriptedRequest {
  readonly plan: PromptPlan;
  readonly options: GenerateOptions;
  readonly generation: Generation;
}

export class ScriptedEngine implements Engine {
  readonly info: EngineInfo;
  /** Every request so far, oldest first. */
  readonly requests: ScriptedRequest[] = [];

  private closed = false;
  private held: Lane | undefined;
  private readonly running = new Set<AbortController>();
  private readonly prefilled: string[][] = [];

  /** Those of the requests that somebody waits for, oldest first. */
  get inline(): ScriptedRequest[] {
    return this.inLane('inline');
  }

  /** Those of them that ask for the likeliest answer. */
  get greedy(): ScriptedRequest[] {
    return this.inline.filter(({ options }) => options.sampling === undefined);
  }

  inLane(lane: Lane): ScriptedRequest[] {
    return this.requests.filter(({ options }) => options.lane === lane);
  }

  constructor(private readonly script: ScriptedEngineOptions) {
    this.info = {
      model: 'scripted',
      path: 'scripted.gguf',
      device: 'none (scripted)',
      contextLength: 4096,
      fim: 'psm',
      ...script.info,
    };
  }

  countTokens(text: string): number {
    return scriptedTokens(text).length;
  }

  generate(plan: PromptPlan, options: GenerateOptions): Generation {
    const abort = new AbortController();
    const stream = new GenerationStream(() => {
      abort.abort();
    });
    this.requests.push({ plan, options, generation: stream });
    this.running.add(abort);
    const signals = options.signal ? [abort.signal, options.signal] : [abort.signal];
    this.run(plan, options, AbortSignal.any(signals), stream)
      .catch((error: unknown) => {
        stream.fail(error instanceof Error ? error : new Error(String(error)));
      })
      .finally(() => this.running.delete(abort));
    return stream;
  }

  hold(lane: Lane | undefined): void {
    this.held = lane;
  }

  resident(plan: PromptPlan): number {
    const tokens = planTokens(plan);
    return Math.max(0, ...this.prefilled.map((seen) => commonLength(seen, tokens)));
  }

  /** It has no cache, and saves nothing. */
  cacheUsage(): CacheUsage {
    return {
      totalPages: 0,
      freePages: 0,
      heldPages: 0,
      sharedPages: 0,
      cachedPages: 0,
      pageTokens: 0,
      pageBytes: 0,
    };
  }

  savePrefix(): Promise<number> {
    return Promise.resolve(0);
  }

  restorePrefix(path: string): Promise<number> {
    return Promise.reject(
      new EngineError(`${path} cannot be restored: this engine saves nothing`, 'Use another one.'),
    );
  }

  close(): Promise<void> {
    this.closed = true;
    for (const abort of this.running) abort.abort();
    return Promise.resolve();
  }

  /** Waits as long as the lane is held; false where the signal aborts first. */
  private async turn(lane: Lane, signal: AbortSignal): Promise<boolean> {
    while (this.held !== undefined && lanes.indexOf(lane) >= lanes.indexOf(this.held))
      if (!(await pause(1, signal))) return false;
    return true;
  }

  private async run(
    plan: PromptPlan,
    options: GenerateOptions,
    signal: AbortSignal,
    stream: GenerationStream,
  ): Promise<void> {
    if (this.closed) throw new EngineError('the engine is closed', 'Start it again.');
    const prompt = planTokens(plan);
    const { overflow } = options;
    const trims = overflow?.rule === 'trim';
    const room = trims ? Infinity : this.info.contextLength - prompt.length;
    if (room < 0) {
      throw new EngineError(
        `the prompt takes ${prompt.length} tokens, the model holds ${this.info.contextLength}`,
        'Send a shorter prompt.',
      );
    }
    if (this.info.fim === 'none' && plan.segments.some(isFimToken)) {
      throw new EngineError('the model cannot fill holes', 'Use a FIM model.');
    }
    const resident = this.resident(plan);
    const { tokenMs: pace = 0 } = this.script;
    const tokenMs = () => (typeof pace === 'number' ? pace : pace(plan));
    const { logProbability: sureness = -0.1 } = this.script;
    const logProbability = typeof sureness === 'number' ? sureness : sureness(plan);
    let lines: readonly FoundLine[] | undefined;
    let generated = 0;
    let decodeMs = 0;
    const end = (reason: FinishReason) => {
      stream.end({
        reason,
        promptTokens: prompt.length,
        residentTokens: resident,
        generatedTokens: generated,
        trimmedTokens: trims
          ? trimmed(prompt.length + generated - 1, overflow.keepFirst, this.info.contextLength)
          : 0,
        healedTokens: 0,
        draftedTokens: 0,
        acceptedTokens: 0,
        prefillMs: this.script.prefillMs ?? 0,
        decodeMs,
        ...(lines && { lines }),
      });
    };
    const worked = async (ms: number) =>
      (await pause(ms, signal)) && (await this.turn(options.lane, signal));
    if (!(await worked(this.script.prefillMs ?? 0))) {
      end('aborted');
      return;
    }
    this.prefilled.push(prompt);
    const { answer } = this.script;
    const whole = typeof answer === 'string' ? answer : answer(plan, options);
    const text = whole.slice(0, firstStop(whole, options.stop ?? []));
    if (options.beam !== undefined) {
      lines = [text, ...(this.script.otherLines ?? [])].map((line) => ({
        tokens: scriptedTokens(line).map((piece) => tokenOf(piece, logProbability)),
        logProbability,
      }));
    }
    for (const piece of scriptedTokens(text)) {
      if (generated >= Math.min(options.maxTokens, room)) {
        end(room < options.maxTokens ? 'context' : 'length');
        return;
      }
      if (generated > 0) {
        const ms = tokenMs();
        if (!(await worked(ms))) {
          end('aborted');
          return;
        }
        decodeMs += ms;
      }
      stream.push(tokenOf(piece, logProbability));
      generated++;
    }
    if (generated >= options.maxTokens) end('length');
    else end(text.length < whole.length ? 'stop' : 'end');
  }
}

const lanes: readonly Lane[] = ['inline', 'chat', 'speculate', 'warm'];

/** The text of a plan's segments, with `<token>` for each special: handy in assertions and in answers. */
export function planText(plan: PromptPlan): string {
  return plan.segments.map(segmentText).join('');
}

function segmentText(segment: PromptPlan['segments'][number]): string {
  if (segment.kind === 'text') return segment.text;
  return segment.kind === 'special' ? `<${segment.token}>` : segment.name;
}

/** Words with one leading space, runs of blanks, and single characters otherwise. */
function scriptedTokens(text: string): string[] {
  return text.match(/ ?[\p{L}\p{N}_]+|[ \t]+|[^]/gu) ?? [];
}

function planTokens(plan: PromptPlan): string[] {
  return plan.segments.flatMap((segment) =>
    segment.kind === 'text' ? scriptedTokens(segment.text) : [segmentText(segment)],
  );
}

function isFimToken(segment: PromptPlan['segments'][number]): boolean {
  return segment.kind === 'special' && segment.token.startsWith('fim');
}

/** Whole steps of half the room behind what is kept. */
function trimmed(tokens: number, keepFirst: number, contextLength: number): number {
  const step = Math.max(1, Math.floor((contextLength - keepFirst) / 2));
  return Math.ceil(Math.max(0, tokens - contextLength) / step) * step;
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

function firstStop(text: string, stops: readonly string[]): number {
  const found = stops.filter((stop) => stop !== '').map((stop) => text.indexOf(stop));
  return Math.min(text.length, ...found.filter((at) => at >= 0));
}

function tokenOf(text: string, logProbability: number): GeneratedToken {
  return { id: scriptedId(text), text, logProbability };
}

/** A stable made-up id: FNV-1a of the text, within 16 bits. */
function scriptedId(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 16) & 0xffff;
}

/** Resolves to false as soon as the signal aborts, to true after `ms` milliseconds. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(!signal.aborted);
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
