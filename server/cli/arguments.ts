import { InvalidArgumentError, Option } from 'commander';
import { deviceSettings, type DeviceSetting } from '../engine/device/choose-device.js';
import { parseFileRange, type FileRange } from './file-range.js';
import { parseLocation, type Location } from './location.js';

export const modelHelp = 'GGUF file (default: $LACUNA_MODEL, else the embedded model)';

export function deviceOption(standard: DeviceSetting): Option {
  return new Option('--device <name>', 'where to compute; auto takes a GPU that works')
    .choices(deviceSettings)
    .default(standard);
}

export function locationArgument(text: string): Location {
  const location = parseLocation(text);
  if (location) return location;
  throw new InvalidArgumentError('It must be FILE:LINE:COL, such as src/main.ts:12:5.');
}

export function fileRangeArgument(text: string): FileRange {
  const range = parseFileRange(text);
  if (range) return range;
  throw new InvalidArgumentError(
    'It must be FILE:LINE, FILE:LINE-LINE or FILE:LINE:COL-LINE:COL, such as src/main.ts:12-20.',
  );
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** A number from 0 to below 1. */
export function share(text: string): number {
  const value = Number(text);
  if (/^[\d.]+$/.test(text) && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to below 1.');
}

export function wholeNumbers(least: number): (text: string) => number[] {
  return (text) => text.split(',').map(wholeNumber(least, 1 << 24));
}
