import { commands, type Disposable } from 'vscode';
import { clientCommands, type ClientCommand } from './command-ids.js';
import { toggleEnabled } from './config.js';
import type { Ctx } from './ctx.js';
import { toggleLanguage } from './features/language-switch.js';
import { chooseModel } from './features/model-picker.js';
import { showPrompt, showStatistics } from './features/reports.js';
import { askAndSnooze } from './features/snooze.js';
import { showMenu } from './features/status-menu.js';

/** What each command does; package.json gives them their titles. */
const commandTable: Record<ClientCommand, (ctx: Ctx) => unknown> = {
  acceptLine: () => commands.executeCommand('editor.action.inlineSuggest.acceptNextLine'),
  acceptWord: () => commands.executeCommand('editor.action.inlineSuggest.acceptNextWord'),
  chooseModel,
  complete: () => commands.executeCommand('editor.action.inlineSuggest.trigger'),
  endSnooze: (ctx) => {
    ctx.snooze.end();
  },
  menu: showMenu,
  nextCandidate: () => commands.executeCommand('editor.action.inlineSuggest.showNext'),
  previousCandidate: () => commands.executeCommand('editor.action.inlineSuggest.showPrevious'),
  restart: (ctx) => ctx.restart(),
  showOutput: (ctx) => {
    ctx.output.show();
  },
  showPrompt,
  snooze: (ctx) => askAndSnooze(ctx.snooze),
  statistics: showStatistics,
  toggle: () => toggleEnabled(),
  toggleLanguage: () => toggleLanguage(),
  walkthrough: () =>
    commands.executeCommand('workbench.action.openWalkthrough', 'lacuna.lacuna#lacuna.start'),
};

/** Registers every command. */
export function registerCommands(ctx: Ctx): Disposable[] {
  return (Object.keys(commandTable) as ClientCommand[]).map((name) =>
    commands.registerCommand(clientCommands[name], () => commandTable[name](ctx)),
  );
}
