import { EngineError } from '../../engine/contract.js';
import {
  confidenceLevels,
  type CalibrationSource,
  type ConfidenceData,
  type ConfidenceLevel,
  type ModelThresholds,
  type ShapeThresholds,
  type Thresholds,
} from './thresholds.js';

/**
 * Reads a file of thresholds. `name` is what errors call it.
 *
 * @throws EngineError for anything that `lacuna eval calibrate` would not have written.
 */
export function parseThresholds(text: string, name: string): ConfidenceData {
  const fail = (why: string): never => {
    throw new EngineError(
      `${name} holds no thresholds: ${why}`,
      'Make the file anew with `lacuna eval calibrate`, or install Lacuna again.',
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('it is no JSON');
  }
  const file = objectAt(value, 'the file', fail);
  if (file['schema'] !== 1) fail(`its schema is ${JSON.stringify(file['schema'])}, not 1`);
  const list = file['models'];
  if (!Array.isArray(list)) return fail('its models are no list');
  const models = list.map((each, at) => modelAt(each, `models[${at}]`, fail));
  const prints = models.map(({ fingerprint }) => fingerprint);
  if (new Set(prints).size < prints.length) fail('a model is there twice');
  return { schema: 1, models };
}

type Fail = (why: string) => never;

function modelAt(value: unknown, at: string, fail: Fail): ModelThresholds {
  const model = objectAt(value, at, fail);
  const levels = objectAt(model['levels'], `${at}.levels`, fail);
  return {
    model: textAt(model['model'], `${at}.model`, fail),
    fingerprint: textAt(model['fingerprint'], `${at}.fingerprint`, fail),
    levels: forLevels((level) => shapesAt(levels[level], `${at}.levels.${level}`, fail)),
    source: sourceAt(model['source'], `${at}.source`, fail),
  };
}

function shapesAt(value: unknown, at: string, fail: Fail): ShapeThresholds {
  const { line, block } = objectAt(value, at, fail);
  return {
    line: thresholdsAt(line, `${at}.line`, fail),
    block: thresholdsAt(block, `${at}.block`, fail),
  };
}

function thresholdsAt(value: unknown, at: string, fail: Fail): Thresholds {
  const { whole, head } = objectAt(value, at, fail);
  return {
    whole: logarithmAt(whole, `${at}.whole`, fail),
    head: logarithmAt(head, `${at}.head`, fail),
  };
}

function logarithmAt(value: unknown, at: string, fail: Fail): number | null {
  if (value === null || (Number.isFinite(value) && Number(value) <= 0)) return value as number;
  return fail(`${at} is ${JSON.stringify(value)}, neither null nor a logarithm of a probability`);
}

function sourceAt(value: unknown, at: string, fail: Fail): CalibrationSource {
  const source = objectAt(value, at, fail);
  const targets = objectAt(source['targets'], `${at}.targets`, fail);
  const holes = source['holes'];
  const date = textAt(source['date'], `${at}.date`, fail);
  if (!Number.isSafeInteger(holes) || Number(holes) < 1) fail(`${at}.holes is no count`);
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) fail(`${at}.date is no day`);
  return {
    command: textAt(source['command'], `${at}.command`, fail),
    dataset: textAt(source['dataset'], `${at}.dataset`, fail),
    holes: Number(holes),
    date,
    targets: forLevels((level) => {
      const target = targets[level];
      const fine = typeof target === 'number' && target > 0 && target < 1;
      return fine ? target : fail(`${at}.targets.${level} is no share`);
    }),
  };
}

function forLevels<T>(of: (level: ConfidenceLevel) => T): Record<ConfidenceLevel, T> {
  const entries = confidenceLevels.map((level) => [level, of(level)] as const);
  return Object.fromEntries(entries) as Record<ConfidenceLevel, T>;
}

function objectAt(value: unknown, at: string, fail: Fail): Readonly<Record<string, unknown>> {
  const fine = typeof value === 'object' && value !== null && !Array.isArray(value);
  return fine ? (value as Record<string, unknown>) : fail(`${at} is no object`);
}

function textAt(value: unknown, at: string, fail: Fail): string {
  return typeof value === 'string' && value !== '' ? value : fail(`${at} is no text`);
}
