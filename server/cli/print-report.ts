import { renderMarkdown, renderText, type Table } from '../eval/report/table.js';

/** By default for a terminal. */
export interface ReportFormat {
  readonly json?: true;
  readonly markdown?: true;
}

/** Prints a report of an evaluation to standard output: the object itself, or heading, table and notes. */
export function printReport(
  { json, markdown }: ReportFormat,
  report: object,
  heading: string,
  table: Table,
  notes: readonly string[],
): void {
  const { stdout } = process;
  if (json) stdout.write(`${JSON.stringify(report)}\n`);
  else if (markdown) stdout.write(`${heading}\n\n${renderMarkdown(table)}\n${notes.join(' ')}\n`);
  else
    stdout.write(`${heading}\n\n${renderText(table)}${notes.map((note) => `${note}\n`).join('')}`);
}
