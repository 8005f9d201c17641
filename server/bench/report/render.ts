import type { BenchReport } from './figures.js';
import { headingOf, notesOf, rowsOf, type Row } from './rows.js';

/** For a terminal: columns in line. */
export function renderText(report: BenchReport): string {
  const rows = rowsOf(report);
  const cells = (row: Row): string[] => [row.what, row.ours, row.peer, row.ratio];
  const head = report.peer ? [['', 'Lacuna', report.peer.name, 'ratio']] : [];
  const table = [...head, ...rows.map(cells)];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${[...headingOf(report), '', ...lines, ...notesOf(report)].join('\n')}\n`;
}

/** For a document: the settings as a list, the figures as a table. */
export function renderMarkdown(report: BenchReport): string {
  const rows = rowsOf(report);
  const { peer } = report;
  const cells = ({ what, ours, peer: theirs, ratio }: Row): string[] =>
    peer ? [what, ours, theirs, ratio && `**${ratio}**`] : [what, ours];
  const head = peer ? ['', 'Lacuna', peer.name, 'ratio'] : ['', 'Lacuna'];
  const line = (parts: readonly string[]): string => `| ${parts.join(' | ')} |`;
  return `${[
    ...headingOf(report).map((text) => `- ${text}`),
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map((row) => line(cells(row))),
    ...notesOf(report).map((text) => `\n${text}`),
  ].join('\n')}\n`;
}
