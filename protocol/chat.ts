/**
 * Conversations. They live on the server; a client shows them and asks for changes. All are requests from client to
 * server. Where a model is asked, `partialResultToken` may be given: `$/progress` then carries `ChatProgress`, in
 * order, and the answer to the request comes behind the last of them. Cancelling the request stops the answer and keeps
 * what there is of it: the request is answered with the turn all the same.
 */
export const chatRequests = {
  /** Whether there is a model to talk to. No parameters; a `ChatAvailability`. */
  availability: 'lacuna/chat/availability',
  /** `ListParams`; a `ConversationSummary[]`, the latest first. */
  list: 'lacuna/chat/list',
  /** A new conversation, which is kept from its first turn on. No parameters; a `Conversation`. */
  create: 'lacuna/chat/create',
  /** `ConversationParams`; a `Conversation`. */
  open: 'lacuna/chat/open',
  /**
   * `SendParams`; the new `Turn`, which has `failed` where there is no model to talk to. One question at a time: a
   * conversation that is being answered refuses another one.
   */
  send: 'lacuna/chat/send',
  /** `TurnParams`: answers a turn anew, of what it asked for then, and drops those behind it. The new `Turn`. */
  retry: 'lacuna/chat/retry',
  /** `EditParams`: asks another question in a turn's place, and drops those behind it. The new `Turn`. */
  edit: 'lacuna/chat/edit',
  /** `ConversationParams`: stops the answer that runs in it, whoever asked. No result. */
  stop: 'lacuna/chat/stop',
  /** `TurnParams`: a new conversation with all turns up to this one, this one included. A `Conversation`. */
  fork: 'lacuna/chat/fork',
  /** `RenameParams`; a `ConversationSummary`. */
  rename: 'lacuna/chat/rename',
  /** `ConversationParams`; no result. It is gone from the disk as well. */
  remove: 'lacuna/chat/remove',
  /** `PinParams`: what every prompt of it begins with. A `Conversation`. */
  pin: 'lacuna/chat/pin',
  /** `ConversationParams`; all of it as Markdown, a string. */
  export: 'lacuna/chat/export',
  /** `MentionParams`; a `MentionItem[]`, best first: what an `@` may be completed with. */
  mentions: 'lacuna/chat/mentions',
  /** `ApplyParams`: puts a code block of an answer where it belongs. An `EditOutcome` (`edits.ts`). */
  apply: 'lacuna/chat/apply',
  /** `CompleteParams`; a `CompleteResult`. Nothing of it is kept: for who has conversations of his own. */
  complete: 'lacuna/chat/complete',
  /** `CountTokensParams`; a number. */
  countTokens: 'lacuna/chat/countTokens',
} as const;

/** Notification, server to client: a conversation was changed by somebody else than the client's own request. `ConversationParams`. */
export const didChangeConversationMethod = 'lacuna/chat/didChange';

/** Notification, server to client: other settings name another model to talk to, or none. No parameters. */
export const didChangeChatModelMethod = 'lacuna/chat/didChangeModel';

/** Whether there is a model to talk to; where there is none, why, and what to do. */
export type ChatAvailability =
  | {
      readonly available: true;
      readonly model: string;
      /** Tokens that prompt and answer may fill together. */
      readonly contextLength: number;
    }
  | {
      readonly available: false;
      /** `loading` ends by itself. */
      readonly reason: 'loading' | 'off' | 'no-chat-model' | 'failed';
      readonly message: string;
      readonly remedy: string;
    };

export interface ConversationParams {
  readonly conversation: string;
}

export interface ListParams {
  /** Words that must all occur in title, questions or answers; any case. */
  readonly query?: string;
  /** Default 100. */
  readonly limit?: number;
}

export interface TurnParams extends ConversationParams {
  readonly turn: string;
  readonly partialResultToken?: string | number;
}

/** Where the person is: what `@selection` and `@problems` speak of, and where a block goes that names no place. */
export interface EditorPlace {
  readonly uri: string;
  /** Positions are zero-based; characters are UTF-16 units. */
  readonly selection: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
  /**
   * What the editor's other tools find wrong, in this file and others, for `@problems`; 200 at most are looked at. Left out,
   * `@problems` speaks of what does not parse.
   */
  readonly problems?: readonly EditorProblem[];
}

/** A diagnostic as an editor shows it. */
export interface EditorProblem {
  readonly uri: string;
  /** Zero-based. */
  readonly line: number;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  /** Who found it: `ts`, `eslint`. */
  readonly source?: string;
}

export interface SendParams extends ConversationParams {
  /**
   * Markdown; mentions stand in it as `@file:src/main.ts`, `@symbol:name`, `@selection`, `@problems`, `@diff`, `@repo`, not
   * in code. A name with blanks stands in quotes, `@file:"my notes.md"`; lines behind it, `@file:src/main.ts#L10-L20`.
   */
  readonly question: string;
  readonly place?: EditorPlace;
  readonly partialResultToken?: string | number;
}

export interface EditParams extends TurnParams {
  readonly question: string;
  readonly place?: EditorPlace;
}

export interface RenameParams extends ConversationParams {
  readonly title: string;
}

export interface PinParams extends ConversationParams {
  /** Mentions, as they stand in questions: `@file:src/main.ts`. Replaces what was pinned. */
  readonly mentions: readonly string[];
}

export interface MentionParams {
  /** What stands behind the `@`, up to the cursor; may be empty. */
  readonly query: string;
  readonly place?: EditorPlace;
}

export interface MentionItem {
  /** What a question holds: `@file:src/main.ts`. */
  readonly mention: string;
  readonly kind: 'file' | 'symbol' | 'selection' | 'problems' | 'diff' | 'repo';
  readonly label: string;
  readonly detail: string;
}

export interface ApplyParams extends TurnParams {
  /** Which of the answer's fenced code blocks, from 0. */
  readonly block: number;
  readonly place?: EditorPlace;
}

/** A text of a conversation that the client keeps. */
export interface CompleteMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface CompleteParams {
  /** The last one is answered. Mentions in them mean nothing. */
  readonly messages: readonly CompleteMessage[];
  /** Default: as many as fit. */
  readonly maxTokens?: number;
  readonly partialResultToken?: string | number;
}

/** An answer, or in one sentence each why there is none and what to do. `$/progress` carries it without `turn`. */
export type CompleteResult =
  | {
      readonly answer: string;
      readonly state: 'complete' | 'stopped' | 'cut';
      readonly model: string;
      readonly usage: TokenUsage;
      readonly refusal?: never;
    }
  | {
      readonly refusal: { readonly message: string; readonly remedy: string };
      readonly answer?: never;
      readonly state?: never;
    };

export interface CountTokensParams {
  readonly text: string;
}

export interface ConversationSummary {
  readonly id: string;
  /** Made of the first question where nobody gave one; empty before that. */
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly changed: number;
  readonly turns: number;
  /** Where a search found its words. */
  readonly excerpt?: string;
}

export interface Conversation {
  readonly id: string;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly changed: number;
  readonly pinned: readonly string[];
  readonly turns: readonly Turn[];
}

/** A question with its answer. */
export interface Turn {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly asked: number;
  readonly question: string;
  /** Markdown, of a model: nothing in it is to be trusted. */
  readonly answer: string;
  /** What a reasoning model thought before; no part of the answer. */
  readonly reasoning?: string;
  /**
   * `cut`: the limit of tokens or the context was reached. `stopped`: by a person, or by a server that ended. A `running`
   * one that is read from the disk is `stopped`.
   */
  readonly state: 'running' | 'complete' | 'stopped' | 'cut' | 'failed';
  /** Where it failed. */
  readonly error?: { readonly message: string; readonly remedy: string };
  /** Texts beside the question that the model was shown, and those that it was not. */
  readonly sources: readonly ChatSource[];
  readonly model?: string;
  readonly usage?: TokenUsage;
}

/** A text that the question asked for. */
export interface ChatSource {
  /** Absent where it is no file: the diff. */
  readonly uri?: string;
  /** `src/main.ts`, or `working tree changes`. */
  readonly label: string;
  /** Zero-based lines, the last one included. */
  readonly lines?: { readonly first: number; readonly last: number };
  readonly mention: string;
  readonly tokens: number;
  /** Whether it is one of those that every prompt of the conversation begins with. */
  readonly pinned?: boolean;
  /** Why it was left out or shortened: what the gate said, or that it did not fit. */
  readonly note?: string;
}

/** Tokens of a turn. */
export interface TokenUsage {
  readonly prompt: number;
  /** Leading tokens of the prompt that had been read before. */
  readonly resident: number;
  readonly generated: number;
  /** All that prompt and answer may fill. */
  readonly context: number;
  /** Earlier turns that were left out because they did not fit. */
  readonly droppedTurns: number;
  readonly tokensPerSecond: number;
}

/** What `$/progress` carries while a question is answered. */
export type ChatProgress =
  /** First of all: the turn without its answer, sources resolved. */
  | { readonly kind: 'turn'; readonly turn: Turn }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'answer'; readonly text: string };
