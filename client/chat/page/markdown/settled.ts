import type { MarkdownIt } from 'markdown-it';

/** Blocks longer than this are cut at a line even where they go on: no answer may make each frame dearer. */
const LONGEST_BLOCK = 16_000;

/**
 * How many leading characters of a text that still grows are blocks which nothing that follows can change: all top-level
 * blocks but the last, judged by whole lines, since a line that is not complete may yet become anything.
 */
export function settledLength(parser: MarkdownIt, text: string): number {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole === '') return 0;
  const starts = parser
    .parse(whole, {})
    .filter((token) => token.level === 0 && token.nesting >= 0 && token.map)
    .map((token) => token.map?.[0] ?? 0);
  const line = starts.length > 1 ? (starts.at(-1) ?? 0) : 0;
  const settled = offsetOfLine(whole, line);
  return whole.length - settled > LONGEST_BLOCK && !opensFence(whole.slice(settled))
    ? whole.length
    : settled;
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let i = 0; i < line; i++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}

export interface OpenFence {
  readonly marker: string;
  readonly indent: number;
  /** What stands behind the marker: a language, perhaps more. */
  readonly info: string;
  /** Characters of the opening line, its end included. */
  readonly length: number;
}

const opening = /^( {0,3})(`{3,}|~{3,})([^\n]*)\n/;

/** The fence that a text begins with, if its first line is complete and is one. */
export function opensFence(text: string): OpenFence | undefined {
  const match = opening.exec(text);
  const [line = '', indent = '', marker = '', info = ''] = match ?? [];
  if (!match || (marker.startsWith('`') && info.includes('`'))) return undefined;
  return { marker, indent: indent.length, info: info.trim(), length: line.length };
}

/** Whether a line, without its end, closes the fence. */
export function closesFence({ marker }: OpenFence, line: string): boolean {
  const match = /^ {0,3}(`{3,}|~{3,})[ \t]*\r?$/.exec(line);
  const closing = match?.[1] ?? '';
  return closing.startsWith(marker.charAt(0)) && closing.length >= marker.length;
}

/** Whether a line that is not complete may become the mark that opens or closes a fence: it is not shown yet. */
export function mayBecomeFence(line: string): boolean {
  return /^ {0,3}(?:`+[^`]*|~+[^~]*)$/.test(line);
}
