import type { Engine, GenerationSummary } from '../../engine/contract.js';
import type { Check } from './check.js';

/** Tokens a trial reads, where the context holds so many, and tokens it generates. */
const PROMPT_TOKENS = 256;
const ANSWER_TOKENS = 8;
/** Longest a trial may take, milliseconds. */
const TRIAL_MS = 60_000;

/** What the trial reads again and again; another line for each time, so that nothing comes from the cache. */
const FIRST_LINE = 'for (let i = 0; i < items.length; i++) total += items[i].price;\n';
const SECOND_LINE = 'if (user.name === name) return user.address.street;\n';

/**
 * Whether the loaded model really answers, how fast, and whether a completion of `maxTokens` tokens behind a
 * full context would come before the server gives up after `deadlineMs` milliseconds. Rejects with the
 * engine's error if it does not answer.
 */
export async function checkTrial(
  engine: Engine,
  maxTokens: number,
  deadlineMs: number,
): Promise<Check> {
  const first = await trial(engine, FIRST_LINE);
  const check = judgeTrial(first, engine.info, maxTokens, deadlineMs);
  if (check.state === 'ok' || first.reason === 'aborted') return check;
  // The first one may have waited for weights from the disk. What counts is the speed from then on.
  return judgeTrial(await trial(engine, SECOND_LINE), engine.info, maxTokens, deadlineMs);
}

function trial(engine: Engine, line: string): Promise<GenerationSummary> {
  const room = engine.info.contextLength - ANSWER_TOKENS - 1;
  const lines = Math.floor(Math.min(PROMPT_TOKENS, room) / engine.countTokens(line));
  const text = line.repeat(Math.max(1, lines));
  return engine.generate(
    {
      segments: [
        { kind: 'special', token: 'bos' },
        { kind: 'text', text, source: 'lacuna:trial' },
      ],
    },
    { lane: 'inline', maxTokens: ANSWER_TOKENS, signal: AbortSignal.timeout(TRIAL_MS) },
  ).summary;
}

/** What a trial's summary says about completions; see `checkTrial`. */
export function judgeTrial(
  { reason, promptTokens, residentTokens, generatedTokens, prefillMs, decodeMs }: GenerationSummary,
  { contextLength, device }: Pick<Engine['info'], 'contextLength' | 'device'>,
  maxTokens: number,
  deadlineMs: number,
): Check {
  const prefilled = promptTokens - residentTokens;
  const readSpeed = prefillMs > 0 ? (1000 * prefilled) / prefillMs : 0;
  const speed = decodeMs > 0 ? (1000 * generatedTokens) / decodeMs : 0;
  const measured = { promptTokens, generatedTokens, prefillMs, decodeMs };
  const speeds = { prefillTokensPerSecond: readSpeed, tokensPerSecond: speed };
  if (reason === 'aborted') {
    return {
      name: 'Trial',
      state: 'problem',
      detail: `${prefilled} tokens of prompt and ${ANSWER_TOKENS} of answer took more than ${TRIAL_MS / 1000} s`,
      remedy: 'Use a smaller model, or a faster machine.',
      data: { ...measured, ...speeds },
    };
  }
  const answer = Math.min(maxTokens, Math.floor(contextLength / 4));
  const firstTokenMs = readSpeed > 0 ? (1000 * (contextLength - answer)) / readSpeed : 0;
  const completionMs = firstTokenMs + (speed > 0 ? (1000 * answer) / speed : 0);
  const facts = [
    `reads ${rate(readSpeed)}, writes ${rate(speed)} on ${device}`,
    `${about(firstTokenMs)} to the first token of a full prompt (${contextLength - answer} tokens)`,
  ];
  const data = { ...measured, ...speeds, contextLength, firstTokenMs, completionMs };
  if (completionMs <= deadlineMs) {
    return { name: 'Trial', state: 'ok', detail: facts.join('; '), data };
  }
  const late = `a completion of ${answer} tokens would take ${about(completionMs)}, and is given up after ${deadlineMs / 1000} s`;
  return {
    name: 'Trial',
    state: 'problem',
    detail: [...facts, late].join('; '),
    remedy: 'Lower lacuna.contextLength, then lacuna.maxTokens, or use a smaller model.',
    data,
  };
}

function rate(tokensPerSecond: number): string {
  return `${tokensPerSecond.toFixed(tokensPerSecond < 10 ? 1 : 0)} tokens/s`;
}

function about(ms: number): string {
  if (ms < 100) return 'less than 0.1 s';
  return `about ${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
