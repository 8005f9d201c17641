import type { ClientCapabilities, ServerCapabilities } from 'vscode-languageserver';

/** One thing the server can do. Features are constructed by hand in `server.ts` and know no other feature. */
export interface Feature {
  /** Registers its handlers and says what it offers to this client. Called once, before `initialize` is answered. */
  initialize(client: ClientCapabilities): ServerCapabilities;
}
