import type { Connection, ServerCapabilities } from 'vscode-languageserver';
import { didFocusMethod } from '../../protocol/index.js';
import type { Feature } from './feature.js';

/** `textDocument/didFocus`, from the editors that send it. */
export class DidFocusFeature implements Feature {
  /** @param focused hears the URI of each document that gets the focus; it may be none that is open */
  constructor(
    private readonly connection: Connection,
    private readonly focused: (uri: string) => void,
  ) {}

  initialize(): ServerCapabilities {
    // Typed by the clients that send it, but not checked: a client may send anything.
    this.connection.onNotification(didFocusMethod, (params: unknown) => {
      const uri = (params as { textDocument?: { uri?: unknown } | null } | null)?.textDocument?.uri;
      if (typeof uri === 'string') this.focused(uri);
    });
    return {};
  }
}
