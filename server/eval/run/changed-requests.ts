import type {
  Engine,
  GenerateOptions,
  GeneratedToken,
  Generation,
  PromptPlan,
} from '../../engine/contract.js';

/** What happens to requests on their way to an engine, and to what comes back. */
export interface RequestChange {
  /** The plan that goes in the place of `plan`. */
  readonly plan?: (plan: PromptPlan) => PromptPlan;
  readonly options?: (options: GenerateOptions) => GenerateOptions;
  /** Sees every token that is taken from the generation. */
  readonly onToken?: (token: GeneratedToken) => void;
}

/** `engine`, with requests that are changed on their way. Closing it closes `engine`. */
export function changedRequests(engine: Engine, change: RequestChange): Engine {
  return {
    info: engine.info,
    countTokens: (text) => engine.countTokens(text),
    generate: (plan, options) =>
      watched(
        engine.generate(change.plan?.(plan) ?? plan, change.options?.(options) ?? options),
        change,
      ),
    resident: (plan) => engine.resident(change.plan?.(plan) ?? plan),
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
