import { closeSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ConfidenceData, ModelThresholds } from '../../completion/confidence/thresholds.js';
import { calibrate, type Calibration } from '../../eval/calibrate/calibrate.js';
import { levelsTable, riskCoverageTable } from '../../eval/calibrate/calibration-tables.js';
import { readAnswers } from '../../eval/calibrate/read-answers.js';
import { readLines } from '../../eval/dataset/read-dataset.js';
import { exitCode } from '../cli-error.js';
import { openOutput } from '../output-file.js';
import { printReport, type ReportFormat } from '../print-report.js';
import { dim } from '../terminal.js';
import { readThresholds } from '../thresholds-file.js';

export interface EvalCalibrateOptions extends ReportFormat {
  /** Of eager, balanced and strict. */
  readonly target: readonly [number, number, number];
  readonly dataset?: string;
  readonly out?: string;
}

/** `lacuna eval calibrate`: chooses how sure a model must be of what is shown unasked, and says what that does. */
export function evalCalibrate(predictions: string, options: EvalCalibrateOptions): number {
  const { model, fingerprint, answers } = readAnswers(readLines(predictions), predictions);
  const [eager, balanced, strict] = options.target;
  const targets = { eager, balanced, strict };
  const calibration = calibrate({ model, fingerprint }, answers, targets);
  if (options.out !== undefined) write(options.out, calibration, targets, predictions, options);
  print(calibration, predictions, options);
  return exitCode.ok;
}

function print(calibration: Calibration, predictions: string, options: EvalCalibrateOptions): void {
  const { model, n, files } = calibration;
  const heading = `${model} · ${n} answers in ${files} files · ${path.basename(predictions)}`;
  if (options.json) {
    printReport(options, calibration, heading, [], []);
    return;
  }
  printReport(options, calibration, heading, riskCoverageTable(calibration), []);
  process.stdout.write('\n');
  printReport(
    options,
    calibration,
    'Limits: natural logarithms of probabilities, chosen from all files. Shares: of files that they were not chosen from.',
    levelsTable(calibration),
    [
      'Right: a whole text that is all that was missing, a shortened one that is its beginning. Intervals: Wilson, 95 %.',
    ],
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
