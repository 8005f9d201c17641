import { closeSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type {
  ConfidenceData,
  LevelThresholds,
  ModelThresholds,
} from '../../completion/confidence/thresholds.js';
import { calibrate, checkThresholds, type Calibration } from '../../eval/calibrate/calibrate.js';
import {
  levelsTable,
  rankingTable,
  riskCoverageTable,
} from '../../eval/calibrate/calibration-tables.js';
import { readAnswers } from '../../eval/calibrate/read-answers.js';
import { readLines } from '../../eval/dataset/read-dataset.js';
import { CliError, exitCode } from '../cli-error.js';
import { openOutput } from '../output-file.js';
import { printReport, type ReportFormat } from '../print-report.js';
import { dim } from '../terminal.js';
import { readThresholds } from '../thresholds-file.js';

export interface EvalCalibrateOptions extends ReportFormat {
  /** Of eager, balanced and strict. */
  readonly target: readonly [number, number, number];
  /** Thresholds to try on the answers, which are others than they were chosen from. */
  readonly check?: string;
  readonly dataset?: string;
  readonly out?: string;
}

/** `lacuna eval calibrate`: chooses how sure a model must be of what is shown unasked, and says what that does. */
export function evalCalibrate(predictions: string, options: EvalCalibrateOptions): number {
  const { model, fingerprint, answers } = readAnswers(readLines(predictions), predictions);
  if (options.check !== undefined) {
    const thresholds = levelsOf(options.check, model, fingerprint);
    const check = checkThresholds({ model, fingerprint }, answers, thresholds);
    const heading = `${model} · ${check.n} answers in ${check.files} files · ${path.basename(predictions)} · thresholds of ${path.basename(options.check)}`;
    printReport(options, check, heading, levelsTable(check), [explanation]);
    return exitCode.ok;
  }
  const [eager, balanced, strict] = options.target;
  const targets = { eager, balanced, strict };
  const calibration = calibrate({ model, fingerprint }, answers, targets);
  if (options.out !== undefined) write(options.out, calibration, targets, predictions, options);
  print(calibration, predictions, options);
  return exitCode.ok;
}

const explanation =
  'Right: a whole text that is all that was missing, a shortened one that is its beginning. Intervals: Wilson, 95 %.';

/** @throws CliError where the file has none for the model. */
function levelsOf(file: string, model: string, fingerprint: string): LevelThresholds {
  const { models } = readThresholds(file);
  const found = models.find((each) => each.fingerprint === fingerprint);
  if (found) return found.levels;
  throw new CliError(
    `${file} has no thresholds for this file of ${model}`,
    'Name predictions of a model that it has, or leave out --check.',
  );
}

function print(calibration: Calibration, predictions: string, options: EvalCalibrateOptions): void {
  const { model, n, files } = calibration;
  const heading = `${model} · ${n} answers in ${files} files · ${path.basename(predictions)}`;
  if (options.json) {
    printReport(options, calibration, heading, [], []);
    return;
  }
  printReport(options, calibration, heading, rankingTable(calibration), [
    'By log-probabilities: the share of pairs of an exact and another answer that each tells apart.',
  ]);
  process.stdout.write('\n');
  const sure = 'Shown whole, by the least probability that the model gives a text:';
  printReport(options, calibration, sure, riskCoverageTable(calibration), []);
  process.stdout.write('\n');
  printReport(
    options,
    calibration,
    'Limits: natural logarithms of probabilities, chosen from all files. Shares: of files that they were not chosen from.',
    levelsTable(calibration),
    [explanation],
  );
}

function write(
  out: string,
  { model, fingerprint, n, thresholds }: Calibration,
  targets: ModelThresholds['source']['targets'],
  predictions: string,
  { target, dataset }: EvalCalibrateOptions,
): void {
  const entry: ModelThresholds = {
    ...{ model, fingerprint, levels: thresholds },
    source: {
      command: `lacuna eval calibrate ${path.basename(predictions)} --target ${target.join(',')}`,
      dataset: dataset ?? path.basename(predictions),
      holes: n,
      date: new Date().toISOString().slice(0, 10),
      targets,
    },
  };
  // Read before the file is opened for writing, which empties it.
  const others = readThresholds(out).models.filter((each) => each.fingerprint !== fingerprint);
  const data: ConfidenceData = { schema: 1, models: [...others, entry] };
  const descriptor = openOutput(out);
  writeFileSync(descriptor, `${JSON.stringify(data, undefined, 2)}\n`);
  closeSync(descriptor);
  const { stderr } = process;
  stderr.write(dim(`Thresholds for ${model}: ${out}\n`, stderr));
}
