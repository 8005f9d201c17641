const paragraph =
  'The **parser** keeps a stack of `nodes`, each with its range; see [the guide](https://example.org/x) ' +
  'for how a *token* is told from another. Nothing here is decided twice.\n\n';
const code = '  const total = values.reduce((sum, value) => sum + value, 0); // of "all"\n';
const fence = `\`\`\`ts\n${code.repeat(30)}\`\`\`\n\n`;
const list = '- an item with `code` and **more**\n'.repeat(8);
const table = `| a | b |\n|---|---|\n${'| one | two |\n'.repeat(6)}\n`;

interface Kind {
  /** What is said again and again. */
  readonly unit: string;
  readonly start?: string;
  readonly end?: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  'prose, lists, tables and code': {
    unit: `## Part\n\n${paragraph.repeat(4)}${list}\n${table}${fence}`,
  },
  'one code block': { start: '```ts\n', unit: code, end: '```\n' },
  'one list': { unit: '- an item with `code` and **more** of what a list has\n' },
  'one paragraph': { unit: 'word **strong** `code` and more of it ' },
};

/** Answers of so many tokens, at four characters a token, of each kind that a page draws in its own way: name → Markdown. */
export function longAnswers(tokens: number): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(kinds).map(([name, { start = '', unit, end = '' }]) => [
      name,
      start + unit.repeat(Math.ceil((tokens * 4) / unit.length)) + end,
    ]),
  );
}
