import { l10n, Range, Selection, Uri, window, workspace } from 'vscode';
import type { EditRange } from '../../protocol/index.js';
import type { Ctx } from '../ctx.js';

/** Has the chat say what a piece of code does. Without arguments, what is selected in the editor that is written in. */
export async function explain(ctx: Ctx, uri?: string, range?: EditRange): Promise<void> {
  if (uri !== undefined && range) await select(Uri.parse(uri), range);
  if (!window.activeTextEditor) return;
  await ctx.chatView.ask(`${l10n.t('What does this code do?')} @selection`, true);
}

/** The chat speaks of what is selected; a cursor alone stands for its line. */
async function select(uri: Uri, { start, end }: EditRange): Promise<void> {
  const editor = await window.showTextDocument(await workspace.openTextDocument(uri));
  const range = new Range(start.line, start.character, end.line, end.character);
  const what = range.isEmpty ? editor.document.lineAt(start.line).range : range;
  editor.selection = new Selection(what.start, what.end);
}
