import {
  l10n,
  MarkdownString,
  StatusBarAlignment,
  ThemeColor,
  window,
  type Disposable,
} from 'vscode';
import { serverCommands } from '../../protocol/index.js';
import { clientCommands } from '../command-ids.js';
import { statusView, type ServerState } from './status-view.js';
import { nothingSpecial, type Surroundings } from './surroundings.js';

/** The item at the lower right: one glance for the state, a hover for the remedy, a click to act. */
export class StatusBar implements Disposable {
  private readonly item = window.createStatusBarItem(
    'lacuna.status',
    StatusBarAlignment.Right,
    100,
  );

  constructor() {
    this.item.name = 'Lacuna';
    this.show({ phase: 'starting' }, nothingSpecial);
    this.item.show();
  }

  show(state: ServerState, around: Surroundings): void {
    const view = statusView(state, around, l10n.t);
    this.item.text = view.text;
    this.item.command = view.command;
    this.item.backgroundColor = view.background
      ? new ThemeColor(`statusBarItem.${view.background}Background`)
      : undefined;
    const tooltip = new MarkdownString(view.tooltip);
    tooltip.isTrusted = {
      enabledCommands: [
        ...Object.values(clientCommands),
        ...Object.values(serverCommands),
        'workbench.action.openSettings',
        'workbench.trust.manage',
      ],
    };
    this.item.tooltip = tooltip;
  }

  dispose(): void {
    this.item.dispose();
  }
}
