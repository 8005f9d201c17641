import { EngineError } from '../../engine/contract.js';
import { objectOf } from '../dataset/parse-dataset.js';
import { verdicts } from '../prediction.js';
import type { EditPrediction } from './edit-prediction.js';

/** What a comparison reads of a prediction. */
export type EditMarks = Pick<
  EditPrediction,
  'id' | 'file' | 'text' | 'exact' | 'verdict' | 'generatedTokens' | 'ms'
>;

/**
 * The lines of a file that `lacuna eval --edits --predictions` wrote. `name` is what errors call it.
 *
 * @throws EngineError for a line that is no prediction of an edit, or an id that is there twice.
 */
export function parseEditPredictions(text: string, name: string): Map<string, EditMarks> {
  const all = new Map<string, EditMarks>();
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const value = objectOf(line);
    const fine = value && isMarks(value);
    if (!fine || all.has(value.id)) {
      throw new EngineError(
        `line ${index + 1} of ${name} is ${fine ? 'there twice' : 'no prediction of an edit'}`,
        'Name files that `lacuna eval --edits --predictions` wrote.',
      );
    }
    all.set(value.id, value);
  });
  return all;
}

function isMarks(value: unknown): value is EditMarks {
  const all = value as Readonly<Record<string, unknown>>;
  return (
    ['id', 'file'].every((key) => typeof all[key] === 'string') &&
    (typeof all['text'] === 'string' || all['text'] === null) &&
    typeof all['exact'] === 'boolean' &&
    ['generatedTokens', 'ms'].every((key) => Number.isFinite(all[key])) &&
    [...verdicts, undefined].some((verdict) => verdict === all['verdict'])
  );
}
