import type { DocumentText } from '../context/syntax/parsed-document.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { Engine } from '../engine/contract.js';
import { normalizeNewlines } from '../prompt/newline.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { fenceFor } from './code-block.js';
import { nearbyLines } from './nearby-lines.js';
import { cutAtGate, decodedName } from './prepare-prompt.js';
import { refuse, type EditRefusal } from './refusal.js';
import { targetOf } from './target.js';
import { answerRoom, thinkingRoom, wholeText } from './whole-text.js';

export interface NamesSupport {
  readonly engine: Engine;
  readonly gate: Pick<ProvenanceGate, 'document'>;
  readonly syntax: Pick<SyntaxService, 'ready'>;
  readonly path?: string;
  /** Longest wait for the document's tree, milliseconds. */
  readonly parseMs: number;
}

export type Names =
  | { readonly names: readonly string[]; readonly refusal?: never }
  | { readonly names?: never; readonly refusal: EditRefusal };

/** Most names that are suggested. */
const MOST = 5;
const MOST_TOKENS = 96;
const OVERHEAD = 200;

const system =
  'You find good names in source code: short, precise, in the style of the code around. Answer with names alone, one a line.';

/** Better names for what is named at an offset, best first. @throws as `wholeText` */
export async function suggestNames(
  document: DocumentText,
  offset: number,
  { engine, gate, syntax, path, parseMs }: NamesSupport,
  signal: AbortSignal,
): Promise<Names> {
  const text = document.getText();
  const { uri, languageId } = document;
  const name = nameAt(text, offset);
  if (name === undefined)
    return refuse('There is no name at this place.', 'Put the cursor on the name to be changed.');
  const known = await syntax.ready(uri, { signal, deadlineMs: parseMs });
  const tree = known?.text === text ? known : undefined;
  const taken = new Set(tree?.bindingsAt(offset).map((each) => each.name));
  const { target, refusal } = targetOf(text, tree, { start: offset, end: offset }, 'simplify');
  if (!target) return { refusal };
  const cuts = await cutAtGate(gate, uri, text, target);
  if ('refusal' in cuts) return cuts;
  const maxTokens = answerRoom(engine, MOST_TOKENS);
  const countTokens = (each: string) => engine.countTokens(each);
  const room = engine.info.contextLength - maxTokens - OVERHEAD - thinkingRoom(engine);
  // The part itself is cut like what stands around it where it is too long.
  const part = nearbyLines({ before: '', after: normalizeNewlines(cuts.part) }, room, countTokens);
  const { before, after } = nearbyLines(cuts, room - countTokens(part.after), countTokens);
  const code = [before, part.after, after].filter((each) => each !== '').join('\n');
  const fence = fenceFor(code);
  const question = `File: ${path ?? decodedName(uri)}\n\n${fence}${languageId}\n${code}\n${fence}\n\nSuggest ${MOST} better names for \`${name}\`, the best first.`;
  const answer = await wholeText(
    engine,
    [
      { role: 'system', content: system },
      { role: 'user', content: question },
    ],
    maxTokens,
    signal,
  );
  if (answer.refusal) return answer;
  const names = namesIn(answer.text).filter((each) => each !== name && !taken.has(each));
  if (names.length > 0) return { names: names.slice(0, MOST) };
  return refuse('The model suggests no other name.', 'Choose one yourself, or ask a larger model.');
}

/** The name that an offset stands in or at an end of. */
export function nameAt(text: string, offset: number): string | undefined {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1) + 1, offset - 200);
  const [before = ''] = /[\p{L}\p{N}_$]*$/u.exec(text.slice(lineStart, offset)) ?? [];
  const [after = ''] = /^[\p{L}\p{N}_$]*/u.exec(text.slice(offset, offset + 200)) ?? [];
  const name = before + after;
  return /^[\p{L}_$]/u.test(name) ? name : undefined;
}

/** Identifiers that stand first on their lines, whatever list they are in. */
export function namesIn(answer: string): string[] {
  const names = answer.split('\n').flatMap((line) => {
    const [, name] =
      /^\s*(?:[-*•]\s+|\d+[.)]\s*)?[`"'*]*([\p{L}_$][\p{L}\p{N}_$]*)[`"'*]*\s*(?:$|[-–—:(,.])/u.exec(
        line,
      ) ?? [];
    return name === undefined ? [] : [name];
  });
  return [...new Set(names)];
}
