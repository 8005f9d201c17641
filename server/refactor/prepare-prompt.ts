import type { TextRange } from '../context/syntax/text-range.js';
import { normalizeNewlines } from '../prompt/newline.js';
import { REDACTED, redactText } from '../provenance/redact.js';
import type { CodeFrame } from './fit-code.js';
import { shownPart, type ShownPart } from './hidden-secret.js';
import { lineEndAt, lineStartAt } from './lines.js';
import { nearbyLines } from './nearby-lines.js';
import { fenceFor } from './code-block.js';
import type { EditPrompt } from './prompt.js';
import type { EditRequest, EditSupport } from './edit-request.js';
import { refuse, type EditRefusal } from './refusal.js';
import type { Target } from './target.js';
import { thinkingRoom } from './whole-text.js';
import { editTasks } from './tasks.js';

export interface PreparedPrompt {
  readonly prompt: EditPrompt;
  readonly part: ShownPart;
  /** Room for the answer. */
  readonly maxTokens: number;
}

/** Tokens of instructions, of marks between messages, and of a line or two more. */
const OVERHEAD = 320;
/** An answer may be longer than what it replaces: twice as long, and this much. */
const MORE = 384;

/** What the model is asked with: everything through the gate, and as much around the part as there is room for. */
export async function promptFor(
  text: string,
  target: Target,
  frame: CodeFrame,
  request: EditRequest,
  { engine, gate, path }: EditSupport,
): Promise<PreparedPrompt | { readonly refusal: EditRefusal }> {
  const { uri, languageId } = request.document;
  const cuts = await cutAtGate(gate, uri, text, target);
  if ('refusal' in cuts) return cuts;
  const part = shownPart(text.slice(target.start, target.end), cuts.part);
  if (!part) return secretsInIt();
  const code = shownCode(frame, part);
  const countTokens = (each: string) => engine.countTokens(each);
  const focus = target.focus && shownFocus(text, target.focus, part);
  if (focus === null) return secretsInIt();
  const task = taskText(request, focus ?? '');
  const own = countTokens(code);
  const contextLength = engine.info.contextLength - thinkingRoom(engine);
  const maxTokens = Math.min(2 * own + MORE, Math.floor((contextLength - OVERHEAD) / 2));
  // Room for a second attempt, which has the first answer before it, is taken from what stands around.
  const budget = contextLength - OVERHEAD - own - countTokens(task) - maxTokens;
  if (maxTokens < own || budget < 0)
    return refuse(
      `The code to be changed has ${own} tokens: with its new text it does not fit into the model's ${contextLength}.`,
      'Select less code, or raise lacuna.chatContextLength.',
    );
  const around = nearbyLines(cuts, Math.max(0, budget - maxTokens), countTokens);
  const name = path ?? decodedName(uri);
  return { prompt: { path: name, languageId, ...around, code, task }, part, maxTokens };
}

export interface Cuts {
  /** Whole lines before and behind the part, LF line ends. */
  readonly before: string;
  readonly after: string;
  /** The part, with the document's own line ends. */
  readonly part: string;
}

export async function cutAtGate(
  gate: EditSupport['gate'],
  uri: string,
  text: string,
  { start, end }: Target,
): Promise<Cuts | { readonly refusal: EditRefusal }> {
  const lineStart = lineStartAt(text, start);
  const lineEnd = lineEndAt(text, end);
  const at = async (offset: number) =>
    gate.document(uri, { prefix: text.slice(0, offset), suffix: text.slice(offset) });
  const [head, from, to, tail] = await Promise.all([
    at(lineStart),
    at(start),
    at(end),
    at(lineEnd),
  ]);
  const refusal = head.refusal ?? from.refusal ?? to.refusal ?? tail.refusal;
  if (refusal) return { refusal: { message: refusal.message, remedy: refusal.remedy } };
  const [top, first, last, bottom] = [head, from, to, tail].map((each) => each.passed?.content);
  if (!top || !first || !last || !bottom || !last.prefix.startsWith(first.prefix))
    return refuse(
      'The code holds a part of what looks like a secret, which no model is shown.',
      'Select code without it.',
    );
  const before = normalizeNewlines(top.prefix)
    .replace(/^\uFEFF/, '')
    .replace(/\n$/, '');
  return {
    before,
    after: normalizeNewlines(bottom.suffix).replace(/\n$/, ''),
    part: last.prefix.slice(first.prefix.length),
  };
}

/** The frame's code with what the gate left of it; they differ only where a secret was hidden. */
function shownCode(frame: CodeFrame, part: ShownPart): string {
  if (part.secret === undefined) return frame.code;
  return frame.code.replace(normalizeNewlines(part.secret), () => REDACTED);
}

function taskText(request: EditRequest, focus: string): string {
  const fence = fenceFor(focus);
  const values: Readonly<Record<string, string>> = {
    instruction: request.instruction?.trim() ?? '',
    // Compilers quote the code that they complain about.
    diagnostic: redactText(request.diagnostic?.trim() ?? '').text,
    focus: `${fence}\n${focus}\n${fence}`,
  };
  const { task } = editTasks[request.kind];
  return task.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
}

/** The lines that a task is about; null where a part of the secret would show in them. */
function shownFocus(text: string, { start, end }: TextRange, { secret }: ShownPart): string | null {
  const selected = text.slice(start, end).trim() !== '';
  const last = selected ? Math.max(start, end - 1) : start;
  const lines = text.slice(lineStartAt(text, start), lineEndAt(text, last));
  const safe = secret === undefined ? lines : lines.replaceAll(secret, REDACTED);
  const leaks = secret?.split(/[\r\n]+/).some((line) => line !== '' && safe.includes(line));
  return leaks === true ? null : normalizeNewlines(safe).trimEnd();
}

function secretsInIt(): { readonly refusal: EditRefusal } {
  return refuse(
    'The code holds texts that look like secrets, which no model is shown.',
    'Select code without them.',
  );
}

export function decodedName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
