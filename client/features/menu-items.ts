import { clientCommands } from '../command-ids.js';
import type { ServerState } from '../status/status-view.js';
import type { Surroundings } from '../status/surroundings.js';
import type { Translate } from '../translate.js';

export interface MenuItem {
  /** With `$(icon)`s. */
  readonly label: string;
  /** Run when it is chosen. */
  readonly command: string;
}

/** What can be done now, what is wanted most first. */
export function menuItems(
  state: ServerState,
  { language, languageIsOff, snoozedUntil }: Surroundings,
  t: Translate,
): readonly MenuItem[] {
  const status = state.phase === 'running' ? state.status : undefined;
  const enabled = status?.kind !== 'Inactive';
  const item = (icon: string, text: string, command: string): MenuItem => ({
    label: `$(${icon}) ${text}`,
    command,
  });
  const quiet =
    snoozedUntil === undefined
      ? item('bell-slash', t('Snooze…'), clientCommands.snooze)
      : item('bell', t('End the snooze'), clientCommands.endSnooze);
  const forLanguage = (name: string): MenuItem =>
    languageIsOff
      ? item('check', t('Switch on for {0}', name), clientCommands.toggleLanguage)
      : item('circle-slash', t('Switch off for {0}', name), clientCommands.toggleLanguage);
  return [
    enabled
      ? item('circle-slash', t('Switch completions off'), clientCommands.toggle)
      : item('check', t('Switch completions on'), clientCommands.toggle),
    ...(enabled && language !== undefined ? [forLanguage(language)] : []),
    ...(enabled ? [quiet] : []),
    item('package', t('Choose a model…'), clientCommands.chooseModel),
    item('comment-discussion', t('Choose a chat model…'), clientCommands.chooseChatModel),
    item('note', t('Show the latest prompt'), clientCommands.showPrompt),
    item('graph', t('Show statistics'), clientCommands.statistics),
    item('output', t('Show output'), clientCommands.showOutput),
    item('gear', t('Settings'), 'workbench.action.openSettings'),
    item('keyboard', t('Keyboard shortcuts'), 'workbench.action.openGlobalKeybindings'),
    item('mortar-board', t('First steps'), clientCommands.walkthrough),
    item('debug-restart', t('Restart the language server'), clientCommands.restart),
  ];
}

/** What the command is given: settings and shortcuts are searched for Lacuna's. */
export function menuArguments({ command }: MenuItem): readonly string[] {
  if (command === 'workbench.action.openSettings') return ['lacuna.'];
  return command === 'workbench.action.openGlobalKeybindings' ? ['lacuna'] : [];
}
