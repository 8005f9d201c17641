/** Rows of cells, the first row the head. */
export type Table = readonly (readonly string[])[];

/** For a terminal: columns in line, the first to the left, the others to the right. */
export function renderText(table: Table): string {
  const widths = (table[0] ?? []).map((_, at) =>
    Math.max(...table.map((row) => Array.from(row[at] ?? '').length)),
  );
  const pad = (cell: string, at: number): string => {
    const space = ' '.repeat((widths[at] ?? 0) - Array.from(cell).length);
    return at === 0 ? cell + space : space + cell;
  };
  return table.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}

/** For a document. */
export function renderMarkdown(table: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const [head = [], ...rows] = table;
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map(line).join('');
}

/** `0.125` as `12.5 %`; nothing for null. */
export function percent(share: number | null, digits = 1): string {
  return share === null ? '' : `${(100 * share).toFixed(digits)} %`;
}

/** Nothing for null. */
export function fixed(value: number | null, digits: number): string {
  return value === null ? '' : value.toFixed(digits);
}
