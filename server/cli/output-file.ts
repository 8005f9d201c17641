import { openSync } from 'node:fs';
import { CliError } from './cli-error.js';

/** A descriptor of a new, empty file. @throws CliError if it cannot be written. */
export function openOutput(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`${file} cannot be written: ${why}`, 'Name a file in a folder of yours.', {
      cause: error,
    });
  }
}
