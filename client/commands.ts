import { commands, type Disposable } from 'vscode';
import { clientCommands, type ClientCommand } from './command-ids.js';
import { toggleEnabled } from './config.js';
import type { Ctx } from './ctx.js';
import { editSelection } from './edits/inline-edit.js';
import { toggleLanguage } from './features/language-switch.js';
import { chooseChatModel, chooseModel } from './features/model-picker.js';
import { showPrompt, showStatistics } from './features/reports.js';
import { askAndSnooze } from './features/snooze.js';
import { showMenu } from './features/status-menu.js';

/** What links in a review give to their command: its URI, and the index of a hunk. */
type ReviewArguments = readonly [review?: string, hunk?: number];

/** What each command does; package.json gives them their titles. */
const commandTable: Record<ClientCommand, (ctx: Ctx, ...args: ReviewArguments) => unknown> = {
  acceptAll: (ctx, review) => ctx.reviews.decideAll('accepted', review),
  acceptHunk: (ctx, ...hunk) => ctx.reviews.decide('accepted', ...hunk),
  acceptLine: () => commands.executeCommand('editor.action.inlineSuggest.acceptNextLine'),
  acceptWord: () => commands.executeCommand('editor.action.inlineSuggest.acceptNextWord'),
  chooseChatModel,
  chooseModel,
  complete: () => commands.executeCommand('editor.action.inlineSuggest.trigger'),
  editSelection,
  endSnooze: (ctx) => {
    ctx.snooze.end();
  },
  menu: showMenu,
  newChat: (ctx) => ctx.chatView.show({ type: 'new' }),
  nextCandidate: () => commands.executeCommand('editor.action.inlineSuggest.showNext'),
  openChat: (ctx) => ctx.chatView.show(),
  previousCandidate: () => commands.executeCommand('editor.action.inlineSuggest.showPrevious'),
  rejectAll: (ctx, review) => ctx.reviews.decideAll('rejected', review),
  rejectHunk: (ctx, ...hunk) => ctx.reviews.decide('rejected', ...hunk),
  restart: (ctx) => ctx.restart(),
  showChats: (ctx) => ctx.chatView.show({ type: 'history' }),
  showDiff: (ctx, review) => ctx.reviews.showDiff(review),
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
    commands.registerCommand(clientCommands[name], (...args: ReviewArguments) =>
      commandTable[name](ctx, ...args),
    ),
  );
}
