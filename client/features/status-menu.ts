import { commands, l10n, window } from 'vscode';
import type { Ctx } from '../ctx.js';
import { menuArguments, menuItems } from './menu-items.js';

/** Shows what can be done, and does what is chosen. */
export async function showMenu(ctx: Ctx): Promise<void> {
  const items = menuItems(ctx.state, ctx.surroundings(), l10n.t);
  const picked = await window.showQuickPick(items, { title: 'Lacuna' });
  if (picked) await commands.executeCommand(picked.command, ...menuArguments(picked));
}
