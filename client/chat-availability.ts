import { commands, l10n } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { chatRequests, type ChatAvailability } from '../protocol/index.js';
import { ask } from './server/ask.js';

/** Set while there is a model to talk to; menus and keys ask for it. */
const contextKey = 'lacuna.chatAvailable';

/** Knows whether there is a model to talk to. */
export class ChatObserver {
  /** Of the latest question: an older answer must not overwrite a newer one. */
  private turn = 0;

  /** @param client the one that runs now, if any */
  constructor(private readonly client: () => LanguageClient | undefined) {}

  /** Asks the server, and sets the context key accordingly. Never rejects. */
  async availability(): Promise<ChatAvailability> {
    const turn = ++this.turn;
    const availability = await this.ask();
    if (turn === this.turn)
      await commands.executeCommand('setContext', contextKey, availability.available);
    return availability;
  }

  private async ask(): Promise<ChatAvailability> {
    const client = this.client();
    try {
      if (client) return await ask<ChatAvailability>(client, chatRequests.availability, {});
    } catch {
      // The server has ended: it says so itself.
    }
    return {
      available: false,
      reason: 'off',
      message: l10n.t('The language server does not run: restart it.'),
      remedy: '',
    };
  }
}
