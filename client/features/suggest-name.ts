import {
  CancellationTokenSource,
  commands,
  l10n,
  window,
  workspace,
  type WorkspaceEdit,
} from 'vscode';
import { serverCommands, type NamesOutcome } from '../../protocol/index.js';
import type { Ctx } from '../ctx.js';

/** Lets somebody choose among names that the model suggests; the language's own server renames. */
export async function suggestName(ctx: Ctx): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) return;
  const { document, selection } = editor;
  const position = selection.active;
  const name = await pick(ctx, document.uri.toString(), position);
  if (name === undefined) return;
  try {
    const edit = await commands.executeCommand<WorkspaceEdit | undefined>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      position,
      name,
    );
    if (edit && edit.size > 0) {
      await workspace.applyEdit(edit);
      return;
    }
  } catch (error) {
    ctx.output.error(error instanceof Error ? error : String(error));
  }
  const language = document.languageId;
  await window.showWarningMessage(
    l10n.t('Nothing renames this in {0}: install a language extension that does.', language),
  );
}

async function pick(
  ctx: Ctx,
  uri: string,
  { line, character }: { readonly line: number; readonly character: number },
): Promise<string | undefined> {
  const list = window.createQuickPick();
  const stop = new CancellationTokenSource();
  list.title = l10n.t('Lacuna: rename to');
  list.placeholder = l10n.t('The model looks for names…');
  list.busy = true;
  list.show();
  const params = { command: serverCommands.suggestNames, arguments: [uri, { line, character }] };
  void ctx
    .ask<NamesOutcome>('workspace/executeCommand', params, { token: stop.token })
    .then(({ names, refusal }) => {
      list.items = (names ?? []).map((label) => ({ label }));
      list.placeholder = refusal
        ? `${refusal.message} ${refusal.remedy}`
        : l10n.t('Choose a name: everything that uses it is renamed.');
    })
    .catch((error: unknown) => {
      list.placeholder = error instanceof Error ? error.message : String(error);
    })
    .finally(() => {
      list.busy = false;
    });
  return new Promise((resolve) => {
    list.onDidAccept(() => {
      resolve(list.selectedItems[0]?.label);
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined);
      stop.cancel();
      list.dispose();
    });
  });
}
