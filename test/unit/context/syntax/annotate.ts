import type { Node } from 'web-tree-sitter';

/**
 * A text with what a query captures written under each line: carets below the captured part, or below its first line
 * and the line and column where it ends.
 */
export function annotate(
  text: string,
  captures: readonly { readonly name: string; readonly node: Node }[],
): string {
  const notes = new Map<number, string[]>();
  for (const { name, node } of captures) {
    const { row, column } = node.startPosition;
    const end = node.endPosition;
    const carets =
      end.row === row
        ? '^'.repeat(Math.max(end.column - column, 1))
        : `^… to ${end.row + 1}:${end.column}`;
    const lines = notes.get(row) ?? [];
    const note = `${' '.repeat(column)}${carets} ${name}`;
    if (!lines.includes(note)) lines.push(note);
    notes.set(row, lines);
  }
  return text
    .split('\n')
    .flatMap((line, row) => [`  ${line}`, ...(notes.get(row) ?? []).map((note) => `> ${note}`)])
    .map((line) => line.trimEnd())
    .join('\n');
}
