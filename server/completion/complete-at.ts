import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ContextSource } from '../context/snippets/context-source.js';
import {
  EngineError,
  type Engine,
  type FimLayout,
  type PromptPlan,
  type Sampling,
} from '../engine/contract.js';
import { planFim } from '../prompt/fim-plan.js';
import { wholeCharacterOffset, withEndOfLine } from '../prompt/newline.js';
import type { Snippet } from '../prompt/snippet.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import type { HoleText } from '../provenance/redact.js';
import { RefusedError } from '../provenance/refusal.js';
import { snippetsInTime } from './snippets-in-time.js';
import type { PlanMemory } from './plan-memory.js';
import type { PromptLog } from './prompt-log.js';
import { statsOf, type Completion } from './completion.js';
import { generateAnswer } from './generate-answer.js';
import { holeAt } from './hole.js';
import { shapeOf, type Shape } from './shape.js';
import { treeOf, type SyntaxSource } from './syntax-source.js';

export interface CompletionOptions {
  /** Most tokens to generate; ≥ 1. At most a quarter of the model's context is used. */
  readonly maxTokens: number;
  /** Most lines of a block; 1 keeps every completion on its line. */
  readonly maxLines: number;
  /** Forces the shape; by default the code around the cursor decides. */
  readonly shape?: Shape;
  /** How tokens are chosen; greedily by default. */
  readonly sampling?: Sampling;
  /** What may enter the prompt. */
  readonly gate: ProvenanceGate;
  /** What the plan before looked like, and where this one is written down; without it each plan is the first. */
  readonly planMemory?: PlanMemory;
  /** Where the document's syntax tree comes from. Without it, and where it has none, the text alone decides. */
  readonly syntax?: SyntaxSource;
  /** What the model is shown besides the document; nothing without it. */
  readonly context?: ContextSource;
  /** Where the prompt is written down for people. */
  readonly promptLog?: PromptLog;
  /** Called with each piece of the text as soon as it is certain; all pieces together are the text. */
  readonly onText?: (piece: string) => void;
}

/**
 * Fills the hole at `offset` (UTF-16 units). The only way to a completion: editors and the command line get
 * the same text from it. The document is read before the first wait and not again.
 *
 * Resolves to an empty text where nothing is worth offering, and with reason `aborted` where `signal` came
 * before the end.
 *
 * @throws RefusedError where the gate keeps the document out of the prompt.
 * @throws EngineError where the model cannot fill holes or the engine fails.
 */
export async function completeAt(
  document: TextDocument,
  offset: number,
  engine: Engine,
  options: CompletionOptions,
  signal: AbortSignal,
): Promise<Completion> {
  const text = document.getText();
  const at = wholeCharacterOffset(text, offset);
  const start = document.positionAt(at);
  const hole = holeAt(text, at, document.languageId);
  const reserve = answerTokens(engine, options.maxTokens);
  const [{ passed, refusal }, tree] = await Promise.all([
    options.gate.document(document.uri, hole),
    treeOf(document.uri, text, options.syntax, signal),
  ]);
  try {
    if (refusal) throw new RefusedError(refusal);
    const place = { uri: document.uri, languageId: document.languageId, text, offset: at, tree };
    const snippets = await snippetsInTime(place, options, signal);
    // All shapes leave the same room: were it to change from line to line, so would the cuts of a long document.
    const plan = planHole(passed.content, document, engine, reserve, options.planMemory, snippets);
    const multiline = options.maxLines > 1;
    const shape = options.shape ?? (multiline ? shapeOf(hole, tree?.place(at)) : 'line');
    const context = { hole, shape, maxLines: options.maxLines };
    const answer = await generateAnswer(engine, plan, context, reserve, options, signal);
    const { summary, reason, finished, tokens } = answer;
    options.promptLog?.record(document.uri, plan, passed.redactions, summary, engine);
    return {
      text: withEndOfLine(finished.text, hole.eol),
      range: { start, end: { ...start, character: start.character + finished.replaced } },
      ...{ shape, tokens },
      stats: statsOf(summary, reason),
    };
  } finally {
    tree?.dispose();
  }
}

/** Tokens of the context that are left to the answer. */
function answerTokens({ info }: Engine, maxTokens: number): number {
  return Math.max(1, Math.min(maxTokens, Math.floor(info.contextLength / 4)));
}

function planHole(
  { prefix, suffix }: HoleText,
  { uri, languageId }: TextDocument,
  engine: Engine,
  reserve: number,
  memory: PlanMemory | undefined,
  snippets: readonly Snippet[],
): PromptPlan {
  const plan = planFim({
    prefix,
    suffix,
    source: uri,
    languageId,
    snippets,
    layout: layoutOf(engine),
    budgetTokens: engine.info.contextLength - reserve,
    countTokens: (text) => engine.countTokens(text),
    previous: memory?.recall(uri),
  });
  memory?.remember(uri, plan);
  return plan;
}

function layoutOf({ info }: Engine): Exclude<FimLayout, 'none'> {
  if (info.fim !== 'none') return info.fim;
  throw new EngineError(
    `the model ${info.model} cannot fill holes`,
    info.fimRemedy ?? 'Use a base model that was trained to fill in the middle.',
  );
}
