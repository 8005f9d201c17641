import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseThresholds } from '../completion/confidence/parse-thresholds.js';
import { noThresholds, type ConfidenceData } from '../completion/confidence/thresholds.js';
import { readText } from './read-file.js';

/** Where the thresholds of the models that were measured stand. */
export function thresholdsPath(packageRoot: string): string {
  return path.join(packageRoot, 'model', 'confidence.json');
}

/**
 * The thresholds in a file; none where there is no such file.
 *
 * @throws CliError if it cannot be read, EngineError if it holds something else.
 */
export function readThresholds(file: string): ConfidenceData {
  return existsSync(file) ? parseThresholds(readText(file), file) : noThresholds;
}
