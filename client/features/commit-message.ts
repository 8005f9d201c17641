import { commands, extensions, l10n, ProgressLocation, window, type Uri } from 'vscode';
import { serverCommands, type TextOutcome } from '../../protocol/index.js';
import { clientCommands } from '../command-ids.js';
import type { Ctx } from '../ctx.js';

/** What is used of the interface that VS Code's own Git extension offers. */
interface Repository {
  readonly rootUri: Uri;
  readonly inputBox: { value: string };
  readonly ui: { readonly selected: boolean };
}
interface GitExtension {
  getAPI(version: 1): { readonly repositories: readonly Repository[] };
}

/** Writes a message for what is staged into the box of the source control view. `source` is the one it was asked for in. */
export async function writeCommitMessage(
  ctx: Ctx,
  source?: { readonly rootUri?: Uri },
): Promise<void> {
  const repository = await repositoryOf(source?.rootUri);
  if (!repository) {
    await window.showWarningMessage(l10n.t('No Git repository is open.'));
    return;
  }
  const params = {
    command: serverCommands.commitMessage,
    arguments: [repository.rootUri.toString()],
  };
  const outcome = await window.withProgress({ location: ProgressLocation.SourceControl }, () =>
    ctx.ask<TextOutcome>('workspace/executeCommand', params),
  );
  if (outcome.text !== undefined) {
    repository.inputBox.value = outcome.text;
    return;
  }
  const { message, remedy } = outcome.refusal;
  const choose = l10n.t('Choose a chat model');
  const { available } = await ctx.chatAvailability();
  const choices = available ? [] : [choose];
  if ((await window.showWarningMessage(`${message} ${remedy}`, ...choices)) === choose)
    await commands.executeCommand(clientCommands.chooseChatModel);
}

async function repositoryOf(root: Uri | undefined): Promise<Repository | undefined> {
  const extension = extensions.getExtension<GitExtension>('vscode.git');
  const { repositories } = (await extension?.activate())?.getAPI(1) ?? { repositories: [] };
  return (
    repositories.find(({ rootUri }) => rootUri.toString() === root?.toString()) ??
    repositories.find(({ ui }) => ui.selected) ??
    repositories[0]
  );
}
