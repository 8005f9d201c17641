import type { ChatSource } from '../../protocol/chat.js';

/** A text that the model is shown beside a question, and what it is. */
export interface ShownText {
  readonly source: Omit<ChatSource, 'tokens'>;
  readonly text: string;
}

/** Texts as fenced blocks under their names, and what is said behind them. */
export function withTexts(texts: readonly ShownText[], behind: string): string {
  const blocks = texts.filter(({ text }) => text !== '').map(block);
  return [...blocks, behind].filter((part) => part !== '').join('\n\n');
}

function block({ source, text }: ShownText): string {
  const { label, lines } = source;
  const place = lines ? `, lines ${lines.first + 1} to ${lines.last + 1}` : '';
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const end = text.endsWith('\n') ? '' : '\n';
  return `${label.replace(/\s+/g, ' ')}${place}:\n${fence}${languageOf(source)}\n${text}${end}${fence}`;
}

/** What people write behind a fence for a file of this ending, where that is not the ending itself. */
const languages: Readonly<Record<string, string>> = {
  ...{ py: 'python', js: 'javascript', mjs: 'javascript', cjs: 'javascript' },
  ...{ ts: 'typescript', mts: 'typescript', cts: 'typescript', md: 'markdown' },
  ...{ rs: 'rust', rb: 'ruby', cc: 'cpp', hpp: 'cpp', cs: 'csharp', sh: 'bash', yml: 'yaml' },
};

function languageOf({ uri, mention }: ShownText['source']): string {
  if (mention === '@diff') return 'diff';
  const ending = /\.([A-Za-z0-9]{1,12})$/.exec(uri ?? '')?.[1]?.toLowerCase() ?? '';
  return languages[ending] ?? ending;
}
