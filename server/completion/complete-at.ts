import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Engine, Lane, PromptPlan, Sampling } from '../engine/contract.js';
import { wholeCharacterOffset, withEndOfLine } from '../prompt/newline.js';
import { answerTokens, promptAt, type PromptOptions } from './prompt-at.js';
import type { PromptLog } from './prompt-log.js';
import { statementEndsOf } from './confidence/statement-ends.js';
import { statsOf, type Completion } from './completion.js';
import { CandidateSyntax } from './candidate-syntax.js';
import { generateAnswer } from './generate-answer.js';
import { holeAt } from './hole.js';
import { mayOpen, shapeOf, type Shape } from './shape.js';
import { treeOf, type SyntaxSource } from './syntax-source.js';

export interface CompletionOptions extends PromptOptions {
  /** Most lines of a block; 1 keeps every completion on its line. */
  readonly maxLines: number;
  /** Forces the shape; by default the code around the cursor decides. */
  readonly shape?: Shape;
  /** How tokens are chosen; greedily by default. */
  readonly sampling?: Sampling;
  /** Who waits for it; by default, somebody who types: `inline`. */
  readonly lane?: Lane;
  /** What the answer may repeat besides the prompt; never changes it. See `GenerateOptions.draftSources`. */
  readonly drafts?: readonly string[];
  /** Where the document's syntax tree comes from. Without it, and where it has none, the text alone decides. */
  readonly syntax?: SyntaxSource;
  /**
   * Longest that parsing a candidate may take, milliseconds; then the text alone decides. By default what somebody who
   * types does not notice; who wants the same answer on every machine gives more.
   */
  readonly parseMs?: number;
  /** Where the prompt is written down for people. */
  readonly promptLog?: PromptLog;
  /** Called with the prompt before the model is asked. */
  readonly onPlan?: (plan: PromptPlan) => void;
  /** Called each time more was generated, with all of that before the filters; LF line ends. */
  readonly onGenerated?: (text: string) => void;
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
  const { uri, languageId } = document;
  const tree = await treeOf(uri, text, options.syntax, signal);
  const syntax = tree && new CandidateSyntax(tree, at, hole.eol, options.parseMs);
  try {
    const place = { uri, languageId, text, offset: at, tree };
    const { plan, redactions } = await promptAt(place, hole, engine, options, signal);
    options.onPlan?.(plan);
    const multiline = options.maxLines > 1;
    const shape = options.shape ?? (multiline ? shapeOf(hole, syntax?.place) : 'line');
    const opens = multiline && mayOpen(hole, syntax?.place);
    const context = { hole, shape, opens, maxLines: options.maxLines, ...(syntax && { syntax }) };
    const answer = await generateAnswer(engine, plan, context, reserve, options, signal);
    const { summary, reason, finished, tokens, newFaults } = answer;
    options.promptLog?.record(uri, plan, redactions, summary, engine);
    const completed = withEndOfLine(finished.text, hole.eol);
    const edit = { start: at, oldEnd: at + finished.replaced, newText: completed };
    return {
      text: completed,
      range: { start, end: { ...start, character: start.character + finished.replaced } },
      ...{ shape, tokens, ...(newFaults !== undefined && { newFaults }) },
      statementEnds: tree && finished.text.includes('\n') ? statementEndsOf(tree, edit) : [],
      stats: statsOf(summary, reason),
    };
  } finally {
    syntax?.dispose();
    tree?.dispose();
  }
}
