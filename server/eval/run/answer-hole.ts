import { TextDocument } from 'vscode-languageserver-textdocument';
import { candidatesAfter } from '../../completion/candidates.js';
import { completeAt } from '../../completion/complete-at.js';
import type { ConfidenceLevel, ShapeThresholds } from '../../completion/confidence/thresholds.js';
import { unasked } from '../../completion/confidence/unasked.js';
import type { Completion } from '../../completion/completion.js';
import { holeAt } from '../../completion/hole.js';
import { PlanMemory } from '../../completion/plan-memory.js';
import { promptAt, type PlanKind } from '../../completion/prompt-at.js';
import type { Shape } from '../../completion/shape.js';
import { openParsed, UNHURRIED_MS } from '../../context/syntax/parsed-document.js';
import type { SyntaxService } from '../../context/syntax/syntax-service.js';
import type { Engine, FinishReason } from '../../engine/contract.js';
import { normalizeNewlines, wholeCharacterOffset } from '../../prompt/newline.js';
import type { ProvenanceGate } from '../../provenance/gate.js';
import { RefusedError } from '../../provenance/refusal.js';
import type { EvalHole } from '../hole.js';
import { isExact, type Answer } from '../metrics/exact-match.js';
import type { OfferedCandidates, ScoredAnswer } from '../prediction.js';
import type { EvalWorkspace, FilePlace } from '../workspace/eval-workspace.js';
import { changedRequests } from './changed-requests.js';

export interface AnswerOptions {
  readonly plan: PlanKind;
  /** The order that prompts say prefix and suffix in, where it is not the one that the model's file asks for. */
  readonly layout?: 'psm' | 'spm';
  /** Characters in front of the hole that were typed since the cursor came there; ≥ 0. */
  readonly typed: number;
  /** Whether each of them is asked for, as while typing, before the answer that counts. */
  readonly keystrokes: boolean;
  /** `auto`: the code around the cursor decides, as in an editor. `gold`: as many lines as were taken out, one or several. */
  readonly shape: 'auto' | 'gold';
  readonly maxTokens: number;
  readonly maxLines: number;
  /** Whether other files of the tree that the holes come from are shown. */
  readonly workspace: boolean;
  /** `off`: as somebody is answered who has asked. A level: as while typing, with what the model is not sure of held back. */
  readonly confidence: 'off' | ConfidenceLevel;
  /** Whether what else could stand there is asked for, too, as by the key for the next candidate. */
  readonly candidates: boolean;
}

export interface HoleAnswer extends Answer {
  /** Before anything was held back; `undefined` where the gate kept the document out of the prompt. */
  readonly scored: ScoredAnswer | undefined;
  readonly promptTokens: number;
  /** Tokens of the prompt that were not in the cache. */
  readonly prefilledTokens: number;
  /** Tokens that were taken from the engine. It may have made some more until it heard that they were enough. */
  readonly generatedTokens: number;
  /** `[]` where keystrokes were not asked for. */
  readonly keystrokeTokens: readonly number[];
  /** `refused` where the gate kept the document out of the prompt: the answer is empty then. */
  readonly reason: FinishReason | 'refused';
  readonly ms: number;
  readonly logProbability: number | null;
  /** Absent where they were not asked for, or there is not even a first. */
  readonly candidates?: OfferedCandidates;
}

/** What answers a hole besides the engine. */
export interface AnswerParts {
  /** What may enter prompts. */
  readonly gate: ProvenanceGate;
  /** Parses documents as they are opened; without it, answers are decided by their text alone. */
  readonly trees?: SyntaxService;
  /** The tree that the holes come from; without it, answers know nothing but their document. */
  readonly workspace?: EvalWorkspace;
  /** Of the model, at the level that is asked for; without them nothing is held back. */
  readonly thresholds?: ShapeThresholds;
}

/** How long an answer waits for what other files say: what it gets must not depend on how fast the machine is. */
const PATIENCE_MS = 10_000;

/** Fills a hole as an editor would have it filled. */
export async function answerHole(
  hole: EvalHole,
  engine: Engine,
  { gate, trees, workspace, thresholds }: AnswerParts,
  options: AnswerOptions,
  signal: AbortSignal,
): Promise<HoleAnswer> {
  const { prefix } = hole;
  const { plan, keystrokes, maxTokens, maxLines } = options;
  const came = wholeCharacterOffset(prefix, prefix.length - options.typed);
  const place = workspace?.placeOf(hole.file);
  const planMemory = new PlanMemory();
  const context = place && { context: place.context, contextMs: PATIENCE_MS };
  const how = { maxTokens, maxLines, gate, planMemory, plan, ...context };
  const shape: Shape = hole.gold.includes('\n') ? 'block' : 'line';
  const shaped = {
    ...how,
    ...(trees && { syntax: trees, parseMs: UNHURRIED_MS }),
    // A single line must not go on over those of a block that it opens.
    ...(options.shape === 'gold' && { shape, ...(shape === 'line' && { maxLines: 1 }) }),
  };
  const logProbabilities: number[] = [];
  let started = 0;
  const ask = async (end: number, last: boolean): Promise<Completion | undefined> => {
    const changed = changedRequests(engine, {
      // Of a keystroke on the way only the work on its prompt counts.
      ...(!last && { options: (request) => ({ ...request, maxTokens: 1 }) }),
      onToken: ({ logProbability }) => {
        if (last) logProbabilities.push(logProbability);
      },
    });
    const document = documentAt(hole, end, place);
    if (trees) await openParsed(trees, document);
    started = performance.now();
    return unlessRefused(completeAt(document, end, changed, shaped, signal));
  };
  const keystrokeTokens: number[] = [];
  if (keystrokes) {
    // The cursor comes: what that costs is no keystroke's.
    await ask(came, false);
    for (let end = came + 1; end < prefix.length && !signal.aborted; end++)
      if (wholeCharacterOffset(prefix, end) === end)
        keystrokeTokens.push(prefilledBy(await ask(end, false)));
  } else {
    // The plan that counts follows the one of the place where typing began, as in an editor.
    const document = documentAt(hole, came, place);
    if (trees) await openParsed(trees, document);
    const { uri, languageId } = document;
    const text = document.getText();
    const at = { uri, languageId, text, offset: came, tree: trees?.tree(uri) };
    await unlessRefused(promptAt(at, holeAt(text, came, languageId), engine, how, signal));
  }
  const completion = await ask(prefix.length, true);
  const ms = performance.now() - started;
  const whole = holeAt(prefix + hole.suffix, prefix.length, hole.language);
  const shown = completion && thresholds ? unasked(completion, whole, thresholds) : completion;
  const prefilledTokens = prefilledBy(completion);
  if (keystrokes && came < prefix.length) keystrokeTokens.push(prefilledTokens);
  const offered = async (first: Completion): Promise<OfferedCandidates> => {
    const document = documentAt(hole, prefix.length, place);
    const asked = performance.now();
    const all = await candidatesAfter(first, document, prefix.length, engine, shaped, signal);
    const exact = all.some((each) => isExact(hole.gold, hole.suffix, answerOf(each)));
    return { exact, ms: performance.now() - asked };
  };
  const candidates =
    options.candidates && completion && completion.text !== ''
      ? await offered(completion)
      : undefined;
  return {
    ...answerOf(shown),
    scored: completion && scoredAnswer(completion, hole, engine),
    promptTokens: completion?.stats.promptTokens ?? 0,
    ...{ prefilledTokens, keystrokeTokens, ms },
    generatedTokens: logProbabilities.length,
    reason: completion?.stats.reason ?? 'refused',
    logProbability: mean(logProbabilities),
    ...(candidates && { candidates }),
  };
}

function answerOf(completion: Completion | undefined): Answer {
  const { text = '', range } = completion ?? {};
  return { text, replaced: range ? range.end.character - range.start.character : 0 };
}

function scoredAnswer(
  completion: Completion,
  { gold, suffix }: EvalHole,
  { info: { model, fingerprint } }: Engine,
): ScoredAnswer {
  const { text, shape, tokens, statementEnds } = completion;
  return {
    text: normalizeNewlines(text),
    ...{ shape, tokens, statementEnds },
    exact: isExact(gold, suffix, answerOf(completion)),
    model,
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

/** `undefined` where the gate keeps the document out of the prompt. */
async function unlessRefused<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

function prefilledBy(completion: Completion | undefined): number {
  return completion ? completion.stats.promptTokens - completion.stats.residentTokens : 0;
}

/** The document when the cursor stood at `end`. Without a place it is no file of this machine. */
function documentAt(
  { file, language, prefix, suffix }: EvalHole,
  end: number,
  place: FilePlace | undefined,
): TextDocument {
  const text = prefix.slice(0, end) + suffix;
  const path = encodeURI(file.replaceAll(/\p{Cs}/gu, '\ufffd'));
  return TextDocument.create(place?.uri ?? `lacuna-eval:///${path}`, language, 1, text);
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
