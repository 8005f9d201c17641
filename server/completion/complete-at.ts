import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Engine } from '../engine/contract.js';
import { wholeCharacterOffset, withEndOfLine } from '../prompt/newline.js';
import { answerTokens, promptAt } from './prompt-at.js';
import { statementEndsOf } from './confidence/statement-ends.js';
import { statsOf, type Completion } from './completion.js';
import type { CompletionOptions } from './completion-options.js';
import { CandidateSyntax } from './candidate-syntax.js';
import { generateAnswer, otherLines } from './generate-answer.js';
import { holeAt } from './hole.js';
import type { SettledAnswer } from './settle-answer.js';
import { mayOpen, shapeOf } from './shape.js';
import { treeOf } from './syntax-source.js';

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
    const { summary, reason } = answer;
    options.promptLog?.record(uri, plan, redactions, summary, engine);
    const completionOf = ({ finished, tokens, newFaults }: SettledAnswer): Completion => {
      const completed = withEndOfLine(finished.text, hole.eol);
      const edit = { start: at, oldEnd: at + finished.replaced, newText: completed };
      return {
        text: completed,
        range: { start, end: { ...start, character: start.character + finished.replaced } },
        ...{ shape, tokens, ...(newFaults !== undefined && { newFaults }) },
        statementEnds: tree && finished.text.includes('\n') ? statementEndsOf(tree, edit) : [],
        stats: statsOf(summary, reason),
      };
    };
    if (options.onOther && reason !== 'aborted')
      for (const other of otherLines(summary, context)) options.onOther(completionOf(other));
    return completionOf(answer);
  } finally {
    syntax?.dispose();
    tree?.dispose();
  }
}
