import { commands, l10n, ThemeIcon, window, type TextEditor } from 'vscode';
import type { ChatAvailability } from '../../protocol/index.js';
import { clientCommands } from '../command-ids.js';
import type { Ctx } from '../ctx.js';
import { rangeOf } from './range.js';

/** Asks what shall be different, and shows the edit that comes of it. */
export async function editSelection(ctx: Ctx): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) return;
  const range = rangeOf(editor.selection);
  const instruction = await askForInstruction(editor, ctx.chatAvailability());
  if (instruction === undefined) return;
  const textDocument = { uri: editor.document.uri.toString() };
  await ctx.reviews.propose({ textDocument, range, kind: 'rewrite', instruction });
}

/** Where nobody can be asked, the box says why, and its button leads to the models. */
function askForInstruction(
  editor: TextEditor,
  availability: Promise<ChatAvailability>,
): Promise<string | undefined> {
  const box = window.createInputBox();
  box.title = l10n.t('Lacuna: edit');
  box.placeholder = l10n.t(
    'What shall be different? For example: “return early”, “handle an empty list”',
  );
  box.prompt = placeOf(editor);
  const models = { iconPath: new ThemeIcon('package'), tooltip: l10n.t('Choose a chat model') };
  let refused = false;
  const choose = () => {
    box.hide();
    void commands.executeCommand(clientCommands.chooseChatModel);
  };
  void availability.then((chat) => {
    if (chat.available) return;
    box.validationMessage = `${chat.message} ${chat.remedy}`;
    // Disabled, its buttons would be dead, too.
    box.buttons = [models];
    refused = true;
  });
  return new Promise((resolve) => {
    box.onDidTriggerButton(choose);
    box.onDidAccept(() => {
      const instruction = box.value.trim();
      if (refused) choose();
      if (refused || instruction === '') return;
      resolve(instruction);
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      box.dispose();
    });
    box.show();
  });
}

function placeOf({ document, selection }: TextEditor): string {
  const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
  const [first, last] = [selection.start.line + 1, selection.end.line + 1];
  return first === last
    ? l10n.t('Line {0} of {1}', first, name)
    : l10n.t('Lines {0} to {1} of {2}', first, last, name);
}
