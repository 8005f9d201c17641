import {
  CompletionItemKind,
  InsertTextMode,
  MarkupKind,
  type CompletionItem,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Completion } from '../completion/completion.js';

const wordBeforeCursor = /[\p{L}\p{N}_$]*$/u;

/**
 * A completion as an item of a completion list. Clients match items against the word before the cursor and
 * drop those that do not begin with it, so the item replaces that word by itself and what follows; some show
 * `insertText` and not the label, so it says the same.
 */
export function completionItem(
  document: TextDocument,
  { text, range }: Completion,
): CompletionItem {
  const line = document.getText({ start: { ...range.start, character: 0 }, end: range.start });
  const word = wordBeforeCursor.exec(line)?.[0] ?? '';
  const newText = word + text;
  const firstLine = firstWrittenLine(newText);
  const several = newText.trim() !== firstLine;
  return {
    label: several ? `${firstLine} …` : firstLine,
    kind: CompletionItemKind.Text,
    detail: 'Lacuna',
    ...(several && {
      documentation: { kind: MarkupKind.Markdown, value: fenced(newText, document.languageId) },
    }),
    filterText: firstLine,
    insertText: newText,
    insertTextMode: InsertTextMode.asIs,
    textEdit: {
      newText,
      range: {
        start: { ...range.start, character: range.start.character - word.length },
        end: range.end,
      },
    },
    // First in the list, but never chosen beforehand: Enter must not mean something else all of a sudden.
    sortText: '!',
    preselect: false,
  };
}

function firstWrittenLine(text: string): string {
  return (
    text
      .trimStart()
      .split(/\r\n?|\n/, 1)[0]
      ?.trimEnd() ?? ''
  );
}

function fenced(text: string, languageId: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${languageId}\n${text}\n${fence}`;
}
