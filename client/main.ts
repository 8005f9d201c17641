import type { ExtensionContext } from 'vscode';
import { registerModelProvider } from './chat/model-provider.js';
import { registerParticipant } from './chat/participant.js';
import { registerCommands } from './commands.js';
import { Ctx } from './ctx.js';

let ctx: Ctx | undefined;

/** Called by VS Code once, when a document of any language opens. */
export async function activate(context: ExtensionContext): Promise<void> {
  const current = new Ctx(context);
  ctx = current;
  context.subscriptions.push(
    current,
    ...registerCommands(current),
    registerParticipant(current),
    ...registerModelProvider(current),
  );
  await current.restart();
}

/** Called by VS Code when the window closes or the extension is switched off. */
export async function deactivate(): Promise<void> {
  await ctx?.stop();
  ctx = undefined;
}
