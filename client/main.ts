import { commands, type ExtensionContext } from 'vscode';
import { toggleEnabled } from './config.js';
import { Ctx } from './ctx.js';
import { clientCommands } from './status-view.js';

let ctx: Ctx | undefined;

/** What each command does; package.json gives them their titles. */
const commandTable: Record<keyof typeof clientCommands, (ctx: Ctx) => unknown> = {
  restart: (ctx) => ctx.restart(),
  toggle: () => toggleEnabled(),
  showOutput: (ctx) => {
    ctx.output.show();
  },
  showPrompt: (ctx) => ctx.showPrompt(),
  statistics: (ctx) => ctx.showStatistics(),
  complete: () => commands.executeCommand('editor.action.inlineSuggest.trigger'),
};

/** Called by VS Code once, when a document of any language opens. */
export async function activate(context: ExtensionContext): Promise<void> {
  const current = new Ctx(context);
  ctx = current;
  context.subscriptions.push(current);
  for (const [name, run] of Object.entries(commandTable))
    context.subscriptions.push(
      commands.registerCommand(clientCommands[name as keyof typeof clientCommands], () =>
        run(current),
      ),
    );
  await current.restart();
}

/** Called by VS Code when the window closes or the extension is switched off. */
export async function deactivate(): Promise<void> {
  await ctx?.stop();
  ctx = undefined;
}
