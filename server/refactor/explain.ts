import type { DocumentText } from '../context/syntax/parsed-document.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { TextRange } from '../context/syntax/text-range.js';
import type { Engine } from '../engine/contract.js';
import { normalizeNewlines } from '../prompt/newline.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { fenceFor } from './code-block.js';
import { nearbyLines } from './nearby-lines.js';
import { cutAtGate, decodedName } from './prepare-prompt.js';
import { refuse } from './refusal.js';
import { targetOf } from './target.js';
import { answerRoom, thinkingRoom, wholeText, type TextAnswer } from './whole-text.js';

export interface ExplainSupport {
  readonly engine: Engine;
  readonly gate: Pick<ProvenanceGate, 'document'>;
  readonly syntax: Pick<SyntaxService, 'ready'>;
  /** What a model reads as the file's name; by default the last part of its URI. */
  readonly path?: string;
  /** Longest wait for the document's tree, milliseconds. */
  readonly parseMs: number;
}

const MOST_TOKENS = 1024;
const OVERHEAD = 200;

/** What a selection or the definition at a cursor does, in Markdown. @throws as `wholeText` */
export async function explain(
  document: DocumentText,
  range: TextRange,
  { engine, gate, syntax, path, parseMs }: ExplainSupport,
  signal: AbortSignal,
): Promise<TextAnswer> {
  const text = document.getText();
  const { uri, languageId } = document;
  const tree = await syntax.ready(uri, { signal, deadlineMs: parseMs });
  const { target, refusal } = targetOf(
    text,
    tree?.text === text ? tree : undefined,
    range,
    'simplify',
  );
  if (!target) return { refusal };
  const cuts = await cutAtGate(gate, uri, text, target);
  if ('refusal' in cuts) return cuts;
  const code = normalizeNewlines(cuts.part);
  const maxTokens = answerRoom(engine, MOST_TOKENS);
  const countTokens = (each: string) => engine.countTokens(each);
  const room =
    engine.info.contextLength - maxTokens - OVERHEAD - thinkingRoom(engine) - countTokens(code);
  if (room < 0)
    return refuse(
      `The code has ${countTokens(code)} tokens: it does not fit into the model's context of ${engine.info.contextLength}.`,
      'Select less code, or raise lacuna.chatContextLength.',
    );
  const { before, after } = nearbyLines(cuts, room, countTokens);
  const fence = fenceFor(before, code, after);
  const block = (each: string) => `${fence}${languageId}\n${each}\n${fence}`;
  const around = [before, after].filter((each) => each.trim() !== '').map(block);
  const question = [
    `File: ${path ?? decodedName(uri)}`,
    ...(around.length > 0 ? [`The code around it:\n${around.join('\n')}`] : []),
    `Explain this code:\n${block(code)}`,
    'Say what it does and why, what its inputs and results are, and what one could trip over. Be brief.',
  ].join('\n\n');
  const system = 'You explain source code to a programmer, precisely and briefly, in Markdown.';
  return wholeText(
    engine,
    [
      { role: 'system', content: system },
      { role: 'user', content: question },
    ],
    maxTokens,
    signal,
  );
}
