/**
 * Edits that a model proposes. The server makes, checks and applies them; a client shows them and lets a person choose
 * among their hunks. Positions are zero-based lines and UTF-16 units.
 */
export const editRequests = {
  /**
   * `ProposeParams`; an `EditOutcome`. With a `partialResultToken`, `$/progress` carries `EditProgress`. Cancelling ends
   * it with LSP's RequestCancelled, and nothing has changed.
   */
  propose: 'lacuna/edit/propose',
  /** `AcceptParams`: applies hunks by `workspace/applyEdit`, as one step that can be undone. An `AcceptResult`. */
  accept: 'lacuna/edit/accept',
  /** `ProposalParams`: forgets a proposal. No result. */
  discard: 'lacuna/edit/discard',
} as const;

/** What is to be done. `rewrite` follows the person's instruction. */
export type EditKind =
  'rewrite' | 'simplify' | 'extract' | 'types' | 'document' | 'tests' | 'fix' | 'implement';

export interface EditPosition {
  readonly line: number;
  readonly character: number;
}

export interface EditRange {
  readonly start: EditPosition;
  readonly end: EditPosition;
}

export interface ProposeParams {
  readonly textDocument: { readonly uri: string };
  /** A selection, or a cursor: it grows to the syntax nodes that it touches. */
  readonly range: EditRange;
  readonly kind: EditKind;
  /** For `rewrite`: what to do. */
  readonly instruction?: string;
  /** For `fix`: what the diagnostic says. */
  readonly diagnostic?: string;
  readonly partialResultToken?: string | number;
}

/** An edit, or in one sentence each why there is none and what to do. */
export type EditOutcome =
  | { readonly proposal: EditProposal; readonly refusal?: never }
  | {
      readonly refusal: { readonly message: string; readonly remedy: string };
      readonly proposal?: never;
    };

export interface EditProposal {
  readonly id: string;
  /** A few words for a person: `Simplify area`. */
  readonly title: string;
  readonly uri: string;
  /** Of the document it was made for; null for one that is not open. */
  readonly version: number | null;
  /** Whether the file is to be created: tests beside a file that has none. */
  readonly creates: boolean;
  /** What is replaced, and by what; the end of line is the document's own. */
  readonly range: EditRange;
  readonly oldText: string;
  readonly newText: string;
  /** From the top down; together they make `newText` of `oldText`. */
  readonly hunks: readonly EditHunk[];
  readonly model: string;
  /** How often the model was asked: 2 where its first text could not be used, 0 where it is a block of a conversation. */
  readonly attempts: number;
  /** Whether the new text was parsed in its place; false where there is no grammar for the language. */
  readonly parsed: boolean;
  readonly usage?: { readonly generated: number; readonly tokensPerSecond: number };
}

/** Whole lines that are replaced; an empty range inserts. */
export interface EditHunk {
  readonly range: EditRange;
  readonly oldText: string;
  readonly newText: string;
}

/** `text` is all that there is of the new text so far, and may yet be refused. */
export interface EditProgress {
  readonly range: EditRange;
  readonly text: string;
}

export interface ProposalParams {
  readonly id: string;
}

export interface AcceptParams extends ProposalParams {
  /** Indices of hunks; left out, all of them. */
  readonly hunks?: readonly number[];
}

/** `reason` where nothing was applied: the document moved on, the client refused. */
export interface AcceptResult {
  readonly applied: boolean;
  readonly reason?: string;
}

/** `data` of a code action that is resolved by asking the model: a client may propose it itself and show the hunks. */
export interface CodeActionData {
  readonly propose: Omit<ProposeParams, 'partialResultToken'>;
  /** Of the document that the action was offered for. */
  readonly version: number;
}

/** What `lacuna.edit` may be told besides its instruction. */
export interface EditCommandOptions {
  /** Default `rewrite`. */
  readonly kind?: EditKind;
  readonly diagnostic?: string;
}

/** A text that the model wrote, or why there is none and what to do. */
export type TextOutcome =
  | { readonly text: string; readonly refusal?: never }
  | {
      readonly refusal: { readonly message: string; readonly remedy: string };
      readonly text?: never;
    };

/** Names that the model suggests, best first, or why there are none. */
export type NamesOutcome =
  | { readonly names: readonly string[]; readonly refusal?: never }
  | {
      readonly refusal: { readonly message: string; readonly remedy: string };
      readonly names?: never;
    };
