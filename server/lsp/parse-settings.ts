import { defaultSettings, type LacunaSettings } from '../../protocol/index.js';

export interface ParsedSettings {
  readonly settings: LacunaSettings;
  /** One sentence for each value that could not be used. */
  readonly problems: readonly string[];
}

interface Rule<T> {
  readonly wanted: string;
  readonly valid: (value: unknown) => value is T;
}

const rules: { readonly [Key in keyof LacunaSettings]: Rule<LacunaSettings[Key]> } = {
  enable: { wanted: 'true or false', valid: (value) => typeof value === 'boolean' },
  model: { wanted: 'a path', valid: (value) => typeof value === 'string' },
  chatModel: { wanted: 'a path', valid: (value) => typeof value === 'string' },
  disabledLanguages: {
    wanted: 'a list of language identifiers',
    valid: (value): value is string[] =>
      Array.isArray(value) && value.every((language) => typeof language === 'string'),
  },
  maxTokens: wholeNumber(1, 1024),
  maxLines: wholeNumber(1, 100),
  debounce: wholeNumber(0, 5000),
  workAhead: { wanted: 'true or false', valid: (value) => typeof value === 'boolean' },
  threads: wholeNumber(0, 256),
  contextLength: wholeNumber(64, 163840),
  chatContextLength: wholeNumber(512, 163840),
  device: oneOf('auto', 'cpu', 'cuda'),
  kvCache: oneOf('auto', 'int8'),
  plan: oneOf('anchored', 'plain'),
  index: { wanted: 'true or false', valid: (value) => typeof value === 'boolean' },
  confidence: oneOf('off', 'eager', 'balanced', 'strict'),
};

/**
 * Reads settings from what a client sent, later layers over earlier ones. A value that cannot be used leaves
 * the one below in force. Keys that are not Lacuna's own are ignored, as clients put theirs there too.
 */
export function parseSettings(...layers: readonly unknown[]): ParsedSettings {
  const settings: Record<string, unknown> = { ...defaultSettings };
  const problems: string[] = [];
  for (const layer of layers) {
    if (layer === undefined || layer === null) continue;
    if (!isRecord(layer)) {
      problems.push(`The settings must be an object, not ${JSON.stringify(layer)}.`);
      continue;
    }
    for (const [key, { wanted, valid }] of Object.entries(rules) as [string, Rule<unknown>][]) {
      const value = layer[key];
      if (value === undefined || value === null) continue;
      if (valid(value)) settings[key] = value;
      else problems.push(`lacuna.${key} must be ${wanted}, not ${JSON.stringify(value)}.`);
    }
  }
  return { settings: settings as unknown as LacunaSettings, problems };
}

function wholeNumber(least: number, most: number): Rule<number> {
  return {
    wanted: `a whole number from ${least} to ${most}`,
    valid: (value): value is number =>
      Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

function oneOf<const T extends readonly string[]>(...names: T): Rule<T[number]> {
  const quoted = names.map((name) => JSON.stringify(name));
  return {
    wanted: `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`,
    valid: (value): value is T[number] => names.some((name) => name === value),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
