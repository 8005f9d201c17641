/** Commands of this client, as package.json contributes them. */
export const clientCommands = {
  acceptAll: 'lacuna.acceptAllHunks',
  acceptHunk: 'lacuna.acceptHunk',
  acceptLine: 'lacuna.acceptLine',
  acceptWord: 'lacuna.acceptWord',
  askParticipant: 'lacuna.askParticipant',
  chooseChatModel: 'lacuna.chooseChatModel',
  chooseModel: 'lacuna.chooseModel',
  complete: 'lacuna.complete',
  commitMessage: 'lacuna.writeCommitMessage',
  editSelection: 'lacuna.editSelection',
  endSnooze: 'lacuna.endSnooze',
  explain: 'lacuna.explainCode',
  menu: 'lacuna.menu',
  newChat: 'lacuna.newChat',
  nextCandidate: 'lacuna.nextCandidate',
  openChat: 'lacuna.openChat',
  previousCandidate: 'lacuna.previousCandidate',
  propose: 'lacuna.propose',
  rejectAll: 'lacuna.rejectAllHunks',
  rejectHunk: 'lacuna.rejectHunk',
  restart: 'lacuna.restart',
  showChats: 'lacuna.showChats',
  showDiff: 'lacuna.showReviewDiff',
  showOutput: 'lacuna.showOutput',
  showPrompt: 'lacuna.showPrompt',
  snooze: 'lacuna.snooze',
  statistics: 'lacuna.statistics',
  suggestName: 'lacuna.suggestName',
  toggle: 'lacuna.toggle',
  toggleLanguage: 'lacuna.toggleLanguage',
  walkthrough: 'lacuna.openWalkthrough',
} as const;

export type ClientCommand = keyof typeof clientCommands;

/** Scheme of the documents in which edits are reviewed; keys and commands in package.json ask for it. */
export const reviewScheme = 'lacuna-review';
