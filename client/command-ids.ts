/** Commands of this client, as package.json contributes them. */
export const clientCommands = {
  acceptLine: 'lacuna.acceptLine',
  acceptWord: 'lacuna.acceptWord',
  chooseModel: 'lacuna.chooseModel',
  complete: 'lacuna.complete',
  endSnooze: 'lacuna.endSnooze',
  menu: 'lacuna.menu',
  nextCandidate: 'lacuna.nextCandidate',
  previousCandidate: 'lacuna.previousCandidate',
  restart: 'lacuna.restart',
  showOutput: 'lacuna.showOutput',
  showPrompt: 'lacuna.showPrompt',
  snooze: 'lacuna.snooze',
  statistics: 'lacuna.statistics',
  toggle: 'lacuna.toggle',
  toggleLanguage: 'lacuna.toggleLanguage',
  walkthrough: 'lacuna.openWalkthrough',
} as const;

export type ClientCommand = keyof typeof clientCommands;
