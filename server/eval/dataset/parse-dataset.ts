/**
 * Data sets: one JSON object a line, `{prefix, suffix, gold, language, file}` and whatever else `EvalHole` has, or
 * the lines of OpenAI's human-eval-infilling.
 */

import { EngineError } from '../../engine/contract.js';
import { holeKinds, type EvalHole, type HoleKind } from '../hole.js';
import { fromHumanEval, isHumanEval } from './human-eval.js';

/**
 * The holes of a data set. `name` is what errors call it.
 *
 * @throws EngineError for a line that is no hole, two holes with one id, or no hole at all.
 */
export function parseDataset(text: string, name: string): EvalHole[] {
  const holes: EvalHole[] = [];
  const seen = new Set<string>();
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const fail = (why: string): never => {
      throw new EngineError(
        `line ${index + 1} of ${name} is no hole: ${why}`,
        'Each line must be a JSON object {prefix, suffix, gold, language, file}, or one of human-eval-infilling.',
      );
    };
    const hole = parseHole(line, index + 1, fail);
    if (seen.has(hole.id)) fail(`the id ${hole.id} was there before`);
    seen.add(hole.id);
    holes.push(hole);
  });
  if (holes.length > 0) return holes;
  throw new EngineError(`${name} holds no holes`, 'Make some with `lacuna eval build`.');
}

function parseHole(line: string, number: number, fail: (why: string) => never): EvalHole {
  const value = objectOf(line);
  if (!value) return fail('it is no JSON object');
  if (isHumanEval(value)) return fromHumanEval(value, fail);
  const [prefix, suffix, gold] = ['prefix', 'suffix', 'gold'].map((key) => {
    const text = value[key];
    return typeof text === 'string' ? text : fail(`its ${key} is no text`);
  }) as [string, string, string];
  if (gold.trim() === '') return fail('its gold is blank');
  const optional = (key: string): string | undefined => {
    const text = value[key];
    if (text === undefined || typeof text === 'string') return text;
    return fail(`its ${key} is no text`);
  };
  const kind = optional('kind');
  if (kind !== undefined && !isKind(kind)) return fail(`there is no kind ${kind}`);
  const [symbol, definedIn] = [optional('symbol'), optional('definedIn')];
  return {
    id: optional('id') ?? `line ${number}`,
    ...{ prefix, suffix, gold },
    language: optional('language') ?? 'plaintext',
    file: optional('file') ?? `hole-${number}`,
    ...(kind !== undefined && { kind }),
    ...(symbol !== undefined && { symbol }),
    ...(definedIn !== undefined && { definedIn }),
  };
}

/** `undefined` for anything but a JSON object. */
export function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const fine = typeof value === 'object' && value !== null && !Array.isArray(value);
    return fine ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isKind(text: string): text is HoleKind {
  return (holeKinds as readonly string[]).includes(text);
}
