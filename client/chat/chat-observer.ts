import { commands, EventEmitter, type Disposable } from 'vscode';
import { chatRequests, type ChatAvailability } from '../../protocol/index.js';
import type { Server } from '../server/server.js';

/** Set while there is a model to talk to; menus and keys in package.json ask for it. */
const contextKey = 'lacuna.chatAvailable';

/** Knows whether there is a model to talk to. */
export class ChatObserver implements Disposable {
  private readonly changed = new EventEmitter<ChatAvailability>();
  /** Of the latest question: an older answer must not overwrite a newer one. */
  private turn = 0;
  /** The latest answer, as JSON. */
  private known = '';

  /** Fires when another answer came than the last time. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly server: Server) {}

  /** Asks the server, and sets the context key accordingly. Never rejects. */
  async availability(): Promise<ChatAvailability> {
    const turn = ++this.turn;
    const availability = await this.ask();
    const now = JSON.stringify(availability);
    if (turn !== this.turn || now === this.known) return availability;
    this.known = now;
    await commands.executeCommand('setContext', contextKey, availability.available);
    this.changed.fire(availability);
    return availability;
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async ask(): Promise<ChatAvailability> {
    try {
      return await this.server.ask<ChatAvailability>(chatRequests.availability, {});
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { available: false, reason: 'failed', message, remedy: '' };
    }
  }
}
