import type { ChatSource, Conversation, Turn } from '../../protocol/chat.js';

/** A whole conversation as a Markdown document. Nothing in it depends on when or where it is made. */
export function exportMarkdown({ title, created, turns }: Conversation): string {
  const head = `# ${oneLine(title) || 'Conversation'}\n\n*Begun ${minute(created)}, ${count(turns.length)}.*\n`;
  return [head, ...turns.map(section)].join('\n');
}

function section(turn: Turn, index: number): string {
  const { question, answer, reasoning, sources, model, state, error } = turn;
  const parts = [`## Question ${index + 1}`, closed(question)];
  if (sources.length > 0) parts.push(sources.map(sourceLine).join('\n'));
  parts.push(`### Answer${model === undefined ? '' : ` of ${oneLine(model)}`}`);
  if (reasoning !== undefined && reasoning.trim() !== '')
    parts.push('<details><summary>Reasoning</summary>', closed(reasoning), '</details>');
  if (answer.trim() !== '') parts.push(closed(answer));
  if (state !== 'complete') parts.push(`*${ending(state, error)}*`);
  return `${parts.join('\n\n')}\n`;
}

function ending(state: Turn['state'], error: Turn['error']): string {
  if (state === 'failed' && error) return oneLine(`Failed: ${error.message} ${error.remedy}`);
  const words = { complete: '', failed: 'Failed.', running: 'Still being written.' };
  return { ...words, stopped: 'Stopped.', cut: 'Cut where the limit was reached.' }[state];
}

function sourceLine({ label, lines, mention, note }: ChatSource): string {
  const place = lines ? `, lines ${lines.first + 1}–${lines.last + 1}` : '';
  return oneLine(`- ${code(mention)}: ${label}${place}${note === undefined ? '' : ` (${note})`}`);
}

/** As code, whatever backticks it holds. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

/** Without blanks at its end; a fenced block that it leaves open would swallow what follows, so it is closed. */
function closed(markdown: string): string {
  const text = markdown.trim();
  const open = openFence(text);
  return open === undefined ? text : `${text}\n${open}`;
}

/** The fence that would close the last block of a text, where it is open. */
export function openFence(markdown: string): string | undefined {
  let open: string | undefined;
  for (const line of markdown.split(/\r\n|\r|\n/)) {
    const [, fence = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === '') continue;
    if (open === undefined) {
      // Backticks behind backticks are code within a line.
      if (!(fence.startsWith('`') && info.includes('`'))) open = fence;
    } else if (fence.startsWith(open) && info.trim() === '') open = undefined;
  }
  return open;
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function count(turns: number): string {
  return turns === 1 ? 'one question' : `${turns} questions`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
