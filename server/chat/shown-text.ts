import type { ChatSource } from '../../protocol/chat.js';
import { contextBlock, type ContextText } from '../prompt/chat/context-text.js';

/** A text that the model is shown beside a question, and what it is; empty where it is not. */
export interface ShownText {
  readonly source: Omit<ChatSource, 'tokens'>;
  readonly text: string;
}

/** As it stands in a prompt. */
export function contextTextOf({ source, text }: ShownText): ContextText {
  const { label, lines } = source;
  const place = lines ? `, lines ${lines.first + 1} to ${lines.last + 1}` : '';
  return { label: `${label.replace(/\s+/g, ' ')}${place}`, language: languageOf(source), text };
}

/** A question with its texts, as `fitChat` sends it. */
export function questionWith(texts: readonly ShownText[], question: string): string {
  const blocks = texts
    .filter(({ text }) => text !== '')
    .map((each) => contextBlock(contextTextOf(each)));
  return [...blocks, question].join('\n\n');
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
