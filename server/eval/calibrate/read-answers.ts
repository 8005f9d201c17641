import { gatedShape, type ScoredText } from '../../completion/confidence/shown-length.js';
import type { Shape } from '../../completion/shape.js';
import { EngineError } from '../../engine/contract.js';
import { comparable } from '../metrics/exact-match.js';
import { objectOf } from '../dataset/parse-dataset.js';

/** An answer of a model before anything was held back, and the gold. */
export interface Answered extends ScoredText {
  /** Answers in one file are not independent of each other. */
  readonly file: string;
  /** As texts are compared. */
  readonly gold: string;
  readonly shape: Shape;
  readonly exact: boolean;
}

export interface Answers {
  readonly model: string;
  readonly fingerprint: string;
  /** Those with any text. */
  readonly answers: readonly Answered[];
}

/**
 * The answers in a `--predictions` file. `name` is what errors call it.
 *
 * @throws EngineError for a line that is no such prediction, answers of several models or of one that its engine cannot
 *   tell from others, or no answer at all.
 */
export function readAnswers(text: string, name: string): Answers {
  const answers: Answered[] = [];
  const models = new Map<string, string>();
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const value = objectOf(line);
    const scored = value?.['scored'] as Record<string, unknown> | undefined;
    if (value?.['reason'] === 'refused') return;
    if (!value || !scored || !isAnswered({ ...value, ...scored })) {
      throw new EngineError(
        `line ${index + 1} of ${name} is no answer with the probabilities of its tokens`,
        'Name a file that `lacuna eval --predictions` of this version wrote.',
      );
    }
    models.set(String(scored['fingerprint']), String(scored['model']));
    const all = { ...value, ...scored } as unknown as Answered;
    const shape = gatedShape(all.text, all.shape);
    const answer = { ...all, shape, gold: comparable(all.gold) };
    if (answer.text.trim() !== '' && answer.tokens.length > 0) answers.push(answer);
  });
  const [[fingerprint, model] = [undefined, ''], ...others] = models;
  if (answers.length === 0 || fingerprint === undefined)
    throw new EngineError(`${name} holds no answers`, 'Run `lacuna eval` on more holes.');
  if (others.length > 0)
    throw new EngineError(
      `${name} holds answers of several models`,
      'Calibrate each model with predictions of its own.',
    );
  return { model, fingerprint, answers };
}

function isAnswered(value: Readonly<Record<string, unknown>>): boolean {
  const { shape, exact, tokens, statementEnds } = value;
  return (
    ['file', 'gold', 'text', 'model', 'fingerprint'].every(
      (key) => typeof value[key] === 'string',
    ) &&
    (shape === 'line' || shape === 'block') &&
    typeof exact === 'boolean' &&
    Array.isArray(tokens) &&
    tokens.every(isToken) &&
    Array.isArray(statementEnds) &&
    statementEnds.every(Number.isSafeInteger)
  );
}

function isToken(token: unknown): boolean {
  const { end, logProbability } = (token ?? {}) as Record<string, unknown>;
  return (
    Number.isSafeInteger(end) && Number.isFinite(logProbability) && Number(logProbability) <= 0
  );
}
