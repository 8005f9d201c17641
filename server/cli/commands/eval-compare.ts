import { compareRuns, comparisonNotes, comparisonTable } from '../../eval/compare/compare.js';
import { parsePredictions } from '../../eval/compare/read-predictions.js';
import { readLines } from '../../eval/dataset/read-dataset.js';
import { CliError, exitCode } from '../cli-error.js';
import { printReport, type ReportFormat } from '../print-report.js';

/** `lacuna eval --compare A B`: whether two runs over the same holes differ. */
export function evalCompare(a: string, b: string, format: ReportFormat): number {
  const comparison = compareRuns(
    parsePredictions(readLines(a), a),
    parsePredictions(readLines(b), b),
  );
  if (comparison.n === 0)
    throw new CliError(`${a} and ${b} have no hole in common`, 'Compare runs over one data set.');
  const heading = `A ${a} · B ${b} · ${comparison.n} holes`;
  const table = comparisonTable(comparison);
  printReport(format, comparison, heading, table, comparisonNotes(comparison));
  return exitCode.ok;
}
