import { EngineError } from '../../engine/contract.js';
import { objectOf } from '../dataset/parse-dataset.js';
import { verdicts, type Verdict } from '../prediction.js';

/** What a comparison reads of a prediction. */
export interface Marks {
  readonly id: string;
  readonly file: string;
  readonly exact: boolean;
  readonly nonTrivial: boolean;
  readonly editSimilarity: number;
  readonly stopsRight: boolean;
  readonly parsesClean?: boolean;
  readonly verdict?: Verdict;
  readonly prefilledTokens: number;
  readonly ms: number;
}

/**
 * The lines of a `--predictions` file. `name` is what errors call it.
 *
 * @throws EngineError for a line that is no prediction, or an id that is there twice.
 */
export function parsePredictions(text: string, name: string): Map<string, Marks> {
  const marks = new Map<string, Marks>();
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const value = objectOf(line);
    if (!value || !isMarks(value) || marks.has(value.id)) {
      throw new EngineError(
        `line ${index + 1} of ${name} is ${value && isMarks(value) ? 'there twice' : 'no prediction'}`,
        'Name files that `lacuna eval --predictions` wrote.',
      );
    }
    marks.set(value.id, value);
  });
  return marks;
}

function isMarks(value: unknown): value is Marks {
  const all = value as Readonly<Record<string, unknown>>;
  const finite = (key: string): boolean => Number.isFinite(all[key]);
  return (
    ['id', 'file'].every((key) => typeof all[key] === 'string') &&
    ['exact', 'nonTrivial', 'stopsRight'].every((key) => typeof all[key] === 'boolean') &&
    ['editSimilarity', 'prefilledTokens', 'ms'].every(finite) &&
    ['boolean', 'undefined'].includes(typeof all['parsesClean']) &&
    [...verdicts, undefined].some((verdict) => verdict === all['verdict'])
  );
}
