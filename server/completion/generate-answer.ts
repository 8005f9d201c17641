import type {
  Engine,
  FinishReason,
  GeneratedToken,
  GenerationSummary,
  PromptPlan,
} from '../engine/contract.js';
import { withEndOfLine } from '../prompt/newline.js';
import type { CompletionOptions } from './completion-options.js';
import { hasEnded, settledText, type FilterContext } from './filters/filter.js';
import { completionFilters } from './filters/index.js';
import { goesOn } from './filters/first-line.js';
import { prepare, wholeLines } from './finish.js';
import { isOneLine, settleAnswer, textOf, type SettledAnswer } from './settle-answer.js';
import { soundLines } from './trim.js';

/** What a model wrote into a hole, cut and mended; empty where the generation was aborted. */
export interface GeneratedAnswer extends SettledAnswer {
  readonly summary: GenerationSummary;
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
  const { hole } = context;
  const { sampling, lane = 'inline', drafts, onText } = options;
  const { copy, beam = 1 } = engine.info;
  const oneLine = isOneLine(context);
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
  const limited = !enough.signal.aborted && ['length', 'context'].includes(summary.reason);
  const settled = settleAnswer(generated, context, { limited, healed: isHealed(summary) });
  show(settled.finished.text);
  return { ...settled, summary, reason: enough.signal.aborted ? 'stop' : summary.reason };
}

/**
 * What else a search for the rest of a line has found, the likeliest first. It looks for first lines alone: none where a
 * block is wanted, and none that opens one.
 */
export function otherLines(summary: GenerationSummary, context: FilterContext): SettledAnswer[] {
  if (context.shape !== 'line') return [];
  const origin = { limited: false, healed: isHealed(summary) };
  return (summary.lines ?? [])
    .slice(1)
    .filter(({ tokens }) => !goesOn(prepare(textOf(tokens), context.hole), context))
    .map(({ tokens }) => settleAnswer(tokens, context, origin));
}

function isHealed({ healedTokens }: GenerationSummary): boolean {
  return healedTokens > 0;
}
