import { CodeAction, type Command } from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { serverCommands, type CodeActionData } from '../../protocol/index.js';
import { clientCommands } from '../command-ids.js';

/**
 * Has code actions of the model reviewed: choosing one runs a command of the client, which shows the edit by hunk, in the
 * place of an edit that nobody has seen.
 */
export const codeActionMiddleware: Pick<Middleware, 'provideCodeActions' | 'resolveCodeAction'> = {
  async provideCodeActions(document, range, context, token, next) {
    const actions = await next(document, range, context, token);
    return actions?.map(reviewed);
  },
  resolveCodeAction: (action, token, next) =>
    action.command === undefined ? next(action, token) : action,
};

/** An action as the client library makes it: with the server's own data. */
type WithData = CodeAction & { readonly data?: Partial<CodeActionData> };

function reviewed(action: CodeAction | Command): CodeAction | Command {
  if (!(action instanceof CodeAction)) return action;
  const { data, title, command } = action as WithData;
  if (data?.propose) {
    const { propose, version } = data;
    action.command = { title, command: clientCommands.propose, arguments: [propose, version] };
  } else if (command?.command === serverCommands.explain)
    action.command = { ...command, command: clientCommands.explain };
  return action;
}
