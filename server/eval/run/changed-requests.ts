import type {
  Engine,
  EngineInfo,
  GenerateOptions,
  GeneratedToken,
  Generation,
} from '../../engine/contract.js';

/** What happens to requests on their way to an engine, and to what comes back. */
export interface RequestChange {
  /** What the engine says of its model in the place of the truth. */
  readonly info?: Partial<EngineInfo>;
  readonly options?: (options: GenerateOptions) => GenerateOptions;
  /** Sees what every request starts. */
  readonly onGeneration?: (generation: Generation) => void;
  /** Sees every token that is taken from the generation. */
  readonly onToken?: (token: GeneratedToken) => void;
}

/** `engine`, with requests that are changed on their way. Closing it closes `engine`. */
export function changedRequests(engine: Engine, change: RequestChange): Engine {
  return {
    info: { ...engine.info, ...change.info },
    countTokens: (text) => engine.countTokens(text),
    generate: (plan, options) => {
      const generation = engine.generate(plan, change.options?.(options) ?? options);
      change.onGeneration?.(generation);
      return watched(generation, change);
    },
    hold: (lane) => {
      engine.hold(lane);
    },
    resident: (plan) => engine.resident(plan),
    cacheUsage: () => engine.cacheUsage(),
    savePrefix: (plan, path) => engine.savePrefix(plan, path),
    restorePrefix: (path) => engine.restorePrefix(path),
    close: () => engine.close(),
  };
}

function watched(generation: Generation, { onToken }: RequestChange): Generation {
  return {
    summary: generation.summary,
    async *[Symbol.asyncIterator]() {
      for await (const token of generation) {
        onToken?.(token);
        yield token;
      }
    },
  };
}
