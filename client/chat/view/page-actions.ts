import { commands, Position, Range, Uri, window, workspace } from 'vscode';
import type { PageAction } from '../../../protocol/index.js';
import { clientCommands } from '../../command-ids.js';
import type { PageServer } from './page-server.js';

/** Does in the editor what the chat's page asks for. */
export async function act(server: PageServer, action: PageAction): Promise<void> {
  switch (action.kind) {
    case 'insert':
      await insert(action.text);
      break;
    case 'open':
      await open(action.uri, action.lines);
      break;
    case 'review':
      await server.reviews.present(action.proposal);
      break;
    case 'show':
      await window.showTextDocument(
        await workspace.openTextDocument({ language: 'markdown', content: action.markdown }),
      );
      break;
    case 'chooseModel':
      await commands.executeCommand(clientCommands.chooseChatModel);
  }
}

/** Into the editor that had the focus last, in the place of what is selected, as one step to undo. */
async function insert(text: string): Promise<void> {
  const editor = window.activeTextEditor ?? window.visibleTextEditors[0];
  if (!editor) {
    await window.showTextDocument(await workspace.openTextDocument({ content: text }));
    return;
  }
  await editor.edit((edit) => {
    for (const selection of editor.selections) edit.replace(selection, text.replace(/\n$/, ''));
  });
  await window.showTextDocument(editor.document, editor.viewColumn);
}

/** A file that the model was shown. Nothing else is opened, whatever the page names. */
async function open(
  address: string,
  lines: { readonly first: number; readonly last: number } | undefined,
): Promise<void> {
  const uri = Uri.parse(address, true);
  if (uri.scheme !== 'file' && uri.scheme !== 'untitled' && uri.scheme !== 'vscode-remote') return;
  const selection =
    lines && new Range(new Position(lines.first, 0), new Position(lines.last + 1, 0));
  await window.showTextDocument(uri, { preview: true, ...(selection && { selection }) });
}
