import { MessageType, ShowMessageNotification, type Connection } from 'vscode-languageserver';

/** Shows somebody who has asked for something why it is not done; nobody need answer. */
export function tellWhy(connection: Connection, reason: string): void {
  show(connection, MessageType.Warning, `Lacuna: ${reason}`);
}

/** Shows a text that somebody has asked for. */
export function tellText(connection: Connection, text: string): void {
  show(connection, MessageType.Info, text);
}

function show(connection: Connection, type: MessageType, message: string): void {
  void connection.sendNotification(ShowMessageNotification.type, { type, message });
}
