/**
 * What editors tell a server about the completions they have shown, by the names that GitHub's language server has given
 * these messages, and what the server has counted. Nothing of it leaves the machine.
 */

/** Notification: an item is on the screen. Client to server. */
export const didShowMethod = 'textDocument/didShowCompletion';

/** Notification: a word or a line of an item was accepted. Client to server. */
export const didPartiallyAcceptMethod = 'textDocument/didPartiallyAcceptCompletion';

/** Notification: somebody turned to another document. Client to server. */
export const didFocusMethod = 'textDocument/didFocus';

export interface DidShowParams {
  /** As the server has sent it. */
  readonly item: { readonly insertText: string };
}

export interface DidPartiallyAcceptParams extends DidShowParams {
  /** UTF-16 units of the item's text that stand in the document now, from its beginning. */
  readonly acceptedLength: number;
}

export interface DidFocusParams {
  /** Left out where no document has the focus. */
  readonly textDocument?: { readonly uri: string };
}

/** Milliseconds; left out where nothing was counted. */
export interface LatencyReport {
  readonly count: number;
  readonly p50?: number;
  readonly p95?: number;
}

/** Characters are UTF-16 units. `retained…`: of `acceptedCharacters` whose time had come, how many were still there. */
export interface StatisticsReport {
  readonly shown: number;
  /** Not shown: the model was not sure of them, and nobody had asked. */
  readonly withheld: number;
  readonly accepted: number;
  readonly partiallyAccepted: number;
  readonly acceptedCharacters: number;
  readonly retention: Readonly<
    Record<'30s' | '2min', { readonly accepted: number; readonly retained: number }>
  >;
  /** From the keystroke to the item: `hit` without the model, `miss` with it. */
  readonly latency: { readonly hit: LatencyReport; readonly miss: LatencyReport };
  /** The same for people. */
  readonly markdown: string;
}
