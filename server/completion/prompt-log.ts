import type { Engine, GenerationSummary, PromptPlan, Segment } from '../engine/contract.js';

/** One stretch of a prompt, and what it took. */
export interface LoggedSegment {
  readonly segment: Segment;
  readonly tokens: number;
  /** Those at its beginning that were in the KV cache. */
  readonly residentTokens: number;
}

export interface LoggedPrompt {
  /** URI of the document that was completed. */
  readonly document: string;
  readonly model: string;
  readonly promptTokens: number;
  readonly residentTokens: number;
  /** Secrets that were replaced. */
  readonly redactions: number;
  readonly segments: readonly LoggedSegment[];
}

/** Keeps the latest prompt that a model was asked with, whatever became of it. Its owner shows it to people. */
export class PromptLog {
  latest: LoggedPrompt | undefined;

  record(
    document: string,
    { segments }: PromptPlan,
    redactions: number,
    { promptTokens, residentTokens }: GenerationSummary,
    engine: Engine,
  ): void {
    let left = residentTokens;
    const logged = segments.map((segment) => {
      const tokens = segment.kind === 'text' ? engine.countTokens(segment.text) : 1;
      const resident = Math.min(left, tokens);
      left -= resident;
      return { segment, tokens, residentTokens: resident };
    });
    const { model } = engine.info;
    this.latest = { document, model, promptTokens, residentTokens, redactions, segments: logged };
  }
}
