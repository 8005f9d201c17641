import type { Event } from 'vscode';
import type { ChatAvailability, EditProposal } from '../../../protocol/index.js';
import type { Server } from '../../server/server.js';

/** What the chat's page needs of the rest of the client. */
export interface PageServer extends Server {
  readonly onDidChangeChat: Event<ChatAvailability>;
  /** Fires with the id of a conversation that somebody else has changed. */
  readonly onDidChangeConversation: Event<string>;
  readonly reviews: { present(proposal: EditProposal): unknown };
}
