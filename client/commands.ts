import { commands, type Disposable } from 'vscode';
import type { ProposeParams } from '../protocol/index.js';
import { askParticipant } from './chat/participant.js';
import { clientCommands, type ClientCommand } from './command-ids.js';
import { toggleEnabled } from './config.js';
import type { Ctx } from './ctx.js';
import { editSelection } from './edits/inline-edit.js';
import { writeCommitMessage } from './features/commit-message.js';
import { explain } from './features/explain.js';
import { toggleLanguage } from './features/language-switch.js';
import { chooseChatModel, chooseModel } from './features/model-picker.js';
import { showPrompt, showStatistics } from './features/reports.js';
import { askAndSnooze } from './features/snooze.js';
import { showMenu } from './features/status-menu.js';
import { suggestName } from './features/suggest-name.js';

/** What links in a review give to their command: its URI, and the index of a hunk. */
type ReviewArguments = readonly [review?: string, hunk?: number];

/** What each command does; package.json gives them their titles. Arguments come from this client's own links and menus. */
const commandTable: Record<ClientCommand, (ctx: Ctx, ...args: never[]) => unknown> = {
  acceptAll: (ctx, review?: string) => ctx.reviews.decideAll('accepted', review),
  acceptHunk: (ctx, ...hunk: ReviewArguments) => ctx.reviews.decide('accepted', ...hunk),
  acceptLine: () => commands.executeCommand('editor.action.inlineSuggest.acceptNextLine'),
  acceptWord: () => commands.executeCommand('editor.action.inlineSuggest.acceptNextWord'),
  askParticipant: () => askParticipant(),
  chooseChatModel,
  chooseModel,
  commitMessage: writeCommitMessage,
  complete: () => commands.executeCommand('editor.action.inlineSuggest.trigger'),
  editSelection,
  endSnooze: (ctx) => {
    ctx.snooze.end();
  },
  explain,
  menu: showMenu,
  newChat: (ctx) => ctx.chatView.show({ type: 'new' }),
  nextCandidate: () => commands.executeCommand('editor.action.inlineSuggest.showNext'),
  openChat: (ctx) => ctx.chatView.show(),
  previousCandidate: () => commands.executeCommand('editor.action.inlineSuggest.showPrevious'),
  propose: (ctx, ...edit: readonly [ProposeParams, number]) => ctx.reviews.propose(...edit),
  rejectAll: (ctx, review?: string) => ctx.reviews.decideAll('rejected', review),
  rejectHunk: (ctx, ...hunk: ReviewArguments) => ctx.reviews.decide('rejected', ...hunk),
  restart: (ctx) => ctx.restart(),
  showChats: (ctx) => ctx.chatView.show({ type: 'history' }),
  showDiff: (ctx, review?: string) => ctx.reviews.showDiff(review),
  showOutput: (ctx) => {
    ctx.output.show();
  },
  showPrompt,
  snooze: (ctx) => askAndSnooze(ctx.snooze),
  statistics: showStatistics,
  suggestName,
  toggle: () => toggleEnabled(),
  toggleLanguage: () => toggleLanguage(),
  walkthrough: () =>
    commands.executeCommand('workbench.action.openWalkthrough', 'lacuna.lacuna#lacuna.start'),
};

/** Registers every command. */
export function registerCommands(ctx: Ctx): Disposable[] {
  return (Object.keys(commandTable) as ClientCommand[]).map((name) =>
    commands.registerCommand(clientCommands[name], (...args: never[]) =>
      commandTable[name](ctx, ...args),
    ),
  );
}
