import { l10n, Selection, Uri, window, workspace } from 'vscode';
import type { EditRange } from '../../protocol/index.js';
import type { Ctx } from '../ctx.js';

/** Has the chat say what a piece of code does. Without arguments, what is selected in the editor that is written in. */
export async function explain(ctx: Ctx, uri?: string, range?: EditRange): Promise<void> {
  if (uri !== undefined && range) await select(Uri.parse(uri), range);
  if (!window.activeTextEditor) return;
  await ctx.chatView.ask(`${l10n.t('What does this code do?')} @selection`, true);
}

/** The chat speaks of what is selected; a cursor alone stands for the function around it. */
async function select(uri: Uri, { start, end }: EditRange): Promise<void> {
  const editor = await window.showTextDocument(await workspace.openTextDocument(uri));
  editor.selection = new Selection(start.line, start.character, end.line, end.character);
}
