/** The hole that every editor is given, at `█`: one that the embedded model fills well. */
export const sourceHole = `/** The words of a text, with how often each occurs. */
export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.split(' ')) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** The lines of a text, with how often each occurs. */
export function countLines(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of text.split('\\n')) {
    counts.█
  }
  return counts;
}
`;
