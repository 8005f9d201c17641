import type {
  Engine,
  FinishReason,
  GeneratedToken,
  GenerationSummary,
  PromptPlan,
} from '../engine/contract.js';
import { withEndOfLine } from '../prompt/newline.js';
import type { CompletionOptions } from './completion-options.js';
import { scoredTokens, type ScoredToken } from './confidence/scored-tokens.js';
import { applyFilters, hasEnded, settledText, type FilterContext } from './filters/filter.js';
import { completionFilters } from './filters/index.js';
import { soundLines, trimmed } from './trim.js';
import { finish, prepare, wholeLines, type Finished } from './finish.js';

/** What a model wrote into a hole, cut and mended. */
export interface GeneratedAnswer {
  /** LF line ends; empty where the generation was aborted. */
  readonly finished: Finished;
  /** What generated its text. */
  readonly tokens: readonly ScoredToken[];
  readonly summary: GenerationSummary;
  /** As of a `Completion`. */
  readonly newFaults?: number;
  /** Why it ended: `stop` where a filter said that nothing more could be kept. */
  readonly reason: FinishReason;
}

/** The rest of a line longer than this is not worth waiting for. */
const LINE_TOKENS = 48;

/**
 * Has `plan` answered, as far as the filters let it go on.
 *
 * @param mostTokens for a block; a line gets fewer
 * @throws EngineError where the engine fails
 */
export async function generateAnswer(
  engine: Engine,
  plan: PromptPlan,
  context: FilterContext,
  mostTokens: number,
  options: Pick<CompletionOptions, 'sampling' | 'lane' | 'drafts' | 'onGenerated' | 'onText'>,
  signal: AbortSignal,
): Promise<GeneratedAnswer> {
  const { hole, shape, opens } = context;
  const { sampling, lane = 'inline', drafts, onText } = options;
  const { copy, beam = 1 } = engine.info;
  const oneLine = shape === 'line' && opens !== true;
  const enough = new AbortController();
  const generation = engine.generate(plan, {
    lane,
    maxTokens: oneLine ? Math.min(mostTokens, LINE_TOKENS) : mostTokens,
    ...((sampling ?? copy) && { sampling: { ...(copy && { copy }), ...sampling } }),
    ...(drafts && { draftSources: drafts }),
    stop: oneLine ? ['\n'] : [],
    // Only the likeliest answer is searched for, not one that is drawn.
    ...(beam > 1 && !sampling && { beam }),
    // Where the prompt ends with what stands before the cursor, it often ends inside a word.
    heal: true,
    signal: AbortSignal.any([signal, enough.signal]),
  });
  const generated: GeneratedToken[] = [];
  let raw = '';
  let shown = 0;
  const show = (certain: string) => {
    const piece = certain.slice(shown);
    shown = certain.length;
    if (piece !== '') onText?.(withEndOfLine(piece, hole.eol));
  };
  for await (const token of generation) {
    generated.push(token);
    raw += token.text;
    const body = prepare(raw, hole);
    options.onGenerated?.(body);
    if (hasEnded(completionFilters, body, context)) {
      enough.abort();
      break;
    }
    if (onText) {
      const settled = settledText(
        completionFilters,
        wholeLines(body, oneLine ? 'line' : 'block'),
        context,
      );
      show(soundLines(settled, context));
    }
  }
  const summary = await generation.summary;
  // The engine may end a generation itself, when it is closed: half an answer is none.
  const cutShort = summary.reason === 'aborted' && !enough.signal.aborted;
  if (signal.aborted || cutShort) {
    return { finished: { text: '', replaced: 0 }, tokens: [], summary, reason: 'aborted' };
  }
  const body = prepare(raw, hole);
  const limited = !enough.signal.aborted && ['length', 'context'].includes(summary.reason);
  const whole = limited ? wholeLines(body, oneLine ? 'line' : 'block') : body;
  const filtered = applyFilters(completionFilters, whole, context);
  const finished = finish(trimmed(filtered, context, limited), context);
  show(finished.text);
  const tokens = scoredTokens(generated, finished.text, summary.healedTokens > 0);
  const newFaults = context.syntax?.newFaults(finished.text, finished.replaced);
  const judged = { finished, ...(newFaults !== undefined && { newFaults }) };
  return { ...judged, tokens, summary, reason: enough.signal.aborted ? 'stop' : summary.reason };
}
