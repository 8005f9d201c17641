import {
  chatRequests,
  type ApplyParams,
  type ChatAvailability,
  type Conversation,
  type ConversationParams,
  type ConversationSummary,
  type EditParams,
  type ListParams,
  type MentionItem,
  type MentionParams,
  type PinParams,
  type RenameParams,
  type SendParams,
  type Turn,
  type TurnParams,
} from './chat.js';
import {
  editRequests,
  type AcceptParams,
  type AcceptResult,
  type EditOutcome,
  type EditProposal,
  type ProposalParams,
} from './edits.js';

/**
 * What the chat's page and the host that shows it, VS Code's extension or `lacuna chat --web`, say to each other. The
 * page asks the server through its host, in the words of `chat.ts` and `edits.ts`; the host passes on what `PageRequests`
 * names, and nothing else, and adds `place` where the person has an editor open.
 */
export interface PageRequests {
  [chatRequests.availability]: { params: Record<string, never>; result: ChatAvailability };
  [chatRequests.list]: { params: ListParams; result: readonly ConversationSummary[] };
  [chatRequests.create]: { params: Record<string, never>; result: Conversation };
  [chatRequests.open]: { params: ConversationParams; result: Conversation };
  [chatRequests.send]: { params: SendParams; result: Turn };
  [chatRequests.retry]: { params: TurnParams; result: Turn };
  [chatRequests.edit]: { params: EditParams; result: Turn };
  [chatRequests.stop]: { params: ConversationParams; result: null };
  [chatRequests.fork]: { params: TurnParams; result: Conversation };
  [chatRequests.rename]: { params: RenameParams; result: ConversationSummary };
  [chatRequests.remove]: { params: ConversationParams; result: null };
  [chatRequests.pin]: { params: PinParams; result: Conversation };
  [chatRequests.export]: { params: ConversationParams; result: string };
  [chatRequests.mentions]: { params: MentionParams; result: readonly MentionItem[] };
  [chatRequests.apply]: { params: ApplyParams; result: EditOutcome };
  [editRequests.accept]: { params: AcceptParams; result: AcceptResult };
  [editRequests.discard]: { params: ProposalParams; result: null };
}

export type PageMethod = keyof PageRequests;

const pageMethods: Readonly<Record<PageMethod, true>> = {
  [chatRequests.availability]: true,
  [chatRequests.list]: true,
  [chatRequests.create]: true,
  [chatRequests.open]: true,
  [chatRequests.send]: true,
  [chatRequests.retry]: true,
  [chatRequests.edit]: true,
  [chatRequests.stop]: true,
  [chatRequests.fork]: true,
  [chatRequests.rename]: true,
  [chatRequests.remove]: true,
  [chatRequests.pin]: true,
  [chatRequests.export]: true,
  [chatRequests.mentions]: true,
  [chatRequests.apply]: true,
  [editRequests.accept]: true,
  [editRequests.discard]: true,
};

/** Whether a page may ask for this. */
export function isPageMethod(method: unknown): method is PageMethod {
  return typeof method === 'string' && Object.hasOwn(pageMethods, method);
}

/** Requests whose parameters may say where the person is. */
const placed: ReadonlySet<string> = new Set<PageMethod>([
  chatRequests.send,
  chatRequests.edit,
  chatRequests.mentions,
  chatRequests.apply,
]);

/** Whether `place` belongs to the parameters of this request. */
export function takesPlace(method: PageMethod): boolean {
  return placed.has(method);
}

/** Requests that report their progress. */
const streamed: ReadonlySet<string> = new Set<PageMethod>([
  chatRequests.send,
  chatRequests.retry,
  chatRequests.edit,
]);

/** Whether `partialResultToken` belongs to the parameters of this request. */
export function streams(method: PageMethod): boolean {
  return streamed.has(method);
}

/** What a page asks of an editor around it. */
export type PageAction =
  /** Puts text in the place of the selection. */
  | { readonly kind: 'insert'; readonly text: string }
  /** Shows a file, at zero-based lines. */
  | {
      readonly kind: 'open';
      readonly uri: string;
      readonly lines?: { readonly first: number; readonly last: number };
    }
  /** Shows a proposal as a diff in the editor. */
  | { readonly kind: 'review'; readonly proposal: EditProposal }
  /** Opens Markdown beside the page. */
  | { readonly kind: 'show'; readonly title: string; readonly markdown: string }
  | { readonly kind: 'chooseModel' };

/** Page to extension. */
export type PageMessage =
  /** The page listens; what the host wants of it may come now. */
  | { readonly type: 'ready' }
  | {
      readonly type: 'request';
      readonly id: number;
      readonly method: PageMethod;
      readonly params: unknown;
    }
  | { readonly type: 'action'; readonly action: PageAction };

/** How a request goes on and ends. */
export type PageAnswer =
  | { readonly type: 'progress'; readonly value: unknown }
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'failure'; readonly message: string };

/** What a host tells its page unasked. */
export type PageNews =
  /** A conversation was changed by somebody else. */
  | { readonly type: 'didChange'; readonly conversation: string }
  /** Whether there is a model to talk to may have changed. */
  | { readonly type: 'status' }
  | { readonly type: 'new' }
  | { readonly type: 'history' }
  /** Asks in a new conversation; without `send` the question only stands in the input. */
  | { readonly type: 'ask'; readonly question: string; readonly send: boolean };

/** Extension to page. */
export type HostMessage = (PageAnswer & { readonly id: number }) | PageNews;
