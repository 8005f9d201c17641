import {
  CodeActionKind,
  CodeActionTag,
  CodeActionTriggerKind,
  type ClientCapabilities,
  type CodeAction,
  type CodeActionParams,
  type Command,
  type Connection,
  type Diagnostic,
  type Range,
  type ServerCapabilities,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  serverCommands,
  type CodeActionData,
  type EditKind,
  type ProposeParams,
} from '../../protocol/index.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { offersAt } from '../refactor/offers.js';
import { withSignal } from './cancellation.js';
import type { ChatEngine } from './chat-engine.js';
import { checkPlace } from './check-place.js';
import type { Documents } from './documents.js';
import type { EditService } from './edit-service.js';
import type { Feature } from './feature.js';
import { tellWhy } from './tell.js';
import type { WorkProgress } from './work-progress.js';

/** LSP's kinds, which clients put into their menus. */
const kinds: Readonly<Record<EditKind, CodeActionKind>> = {
  rewrite: 'refactor.rewrite',
  simplify: 'refactor.rewrite.simplify',
  types: 'refactor.rewrite.types',
  document: 'refactor.rewrite.document',
  implement: 'refactor.rewrite.implement',
  extract: 'refactor.extract.function',
  tests: 'refactor.tests',
  fix: CodeActionKind.QuickFix,
};
const EXPLAIN = 'refactor.explain';

/** How long to wait for a document's tree, milliseconds; actions are asked for at every move of the cursor. */
const TREE_MS = 300;
/** Most diagnostics that a fix is offered for. */
const MOST_FIXES = 3;

/** `textDocument/codeAction` and `codeAction/resolve`: edits by the model, which is asked when one is chosen. */
export class CodeActionFeature implements Feature {
  private client: NonNullable<ClientCapabilities['textDocument']>['codeAction'] = {};

  constructor(
    private readonly connection: Connection,
    private readonly documents: Documents,
    private readonly chat: Pick<ChatEngine, 'availability'>,
    private readonly gate: ProvenanceGate,
    private readonly syntax: SyntaxService,
    private readonly service: EditService,
    private readonly progress: WorkProgress,
  ) {}

  initialize({ textDocument }: ClientCapabilities): ServerCapabilities {
    // A client without it knows commands only, and would show all of them in one heap.
    if (!textDocument?.codeAction?.codeActionLiteralSupport) return {};
    this.client = textDocument.codeAction;
    this.connection.onCodeAction((params, token) => {
      checkPlace({ ...params, position: params.range.start });
      checkPlace({ ...params, position: params.range.end });
      return withSignal(token, (signal) => this.provide(params, signal));
    });
    this.connection.onCodeActionResolve((action, token) =>
      withSignal(token, (signal) => this.resolve(action, signal)),
    );
    const codeActionKinds = [...new Set([...Object.values(kinds), EXPLAIN])];
    return { codeActionProvider: { codeActionKinds, resolveProvider: true } };
  }

  private async provide(
    { textDocument, range, context }: CodeActionParams,
    signal: AbortSignal,
  ): Promise<CodeAction[]> {
    const document = this.documents.get(textDocument.uri);
    if (!document) return [];
    const { only } = context;
    const wanted = (kind: CodeActionKind) =>
      !only || only.some((each) => each === '' || kind === each || kind.startsWith(`${each}.`));
    if (await this.gate.refuses(document.uri, 'document')) return [];
    const availability = this.chat.availability();
    if (!availability.available) {
      const asked = context.triggerKind !== CodeActionTriggerKind.Automatic;
      const { reason, message, remedy } = availability;
      const tell = asked && reason !== 'off' && this.client?.disabledSupport === true;
      return tell && wanted(kinds.rewrite)
        ? [
            {
              title: 'Refactor with the model',
              kind: kinds.rewrite,
              disabled: { reason: `${message} ${remedy}` },
            },
          ]
        : [];
    }
    const fixes = context.diagnostics
      .filter((diagnostic) => messageOf(diagnostic) !== '')
      .slice(0, MOST_FIXES)
      .map((diagnostic) => this.fix(document, diagnostic));
    const actions = [...fixes, ...(await this.refactors(document, range, signal))];
    return actions.filter(({ kind = '' }) => wanted(kind));
  }

  private async refactors(
    document: TextDocument,
    range: Range,
    signal: AbortSignal,
  ): Promise<CodeAction[]> {
    const { uri, languageId } = document;
    const tree = await this.syntax.ready(uri, { signal, deadlineMs: TREE_MS });
    if (!tree || tree.text !== document.getText()) return [];
    const place = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    const offers = offersAt(tree, place, languageId);
    const actions = offers.map(({ kind, title, range: { start, end }, instruction }) =>
      this.action(document, title, {
        textDocument: { uri },
        range: { start: document.positionAt(start), end: document.positionAt(end) },
        kind,
        ...(instruction !== undefined && { instruction }),
      }),
    );
    if (actions.length === 0) return [];
    const title = 'Explain this code';
    const command: Command = {
      title,
      command: serverCommands.explain,
      arguments: [uri, range, { show: true }],
    };
    return [...actions, { title, kind: EXPLAIN, command }];
  }

  private fix(document: TextDocument, diagnostic: Diagnostic): CodeAction {
    const { range } = diagnostic;
    const message = messageOf(diagnostic);
    const [line = ''] = message.split('\n');
    const title = `Fix with the model: ${line.length > 80 ? `${line.slice(0, 79)}…` : line}`;
    const params = { textDocument: { uri: document.uri }, range, diagnostic: message };
    return {
      ...this.action(document, title, { ...params, kind: 'fix' }),
      diagnostics: [diagnostic],
    };
  }

  /** To be resolved where the client can; else a command that makes the edit and has it applied. */
  private action(
    { version }: TextDocument,
    title: string,
    propose: Omit<ProposeParams, 'partialResultToken'>,
  ): CodeAction {
    const { dataSupport, resolveSupport, tagSupport } = this.client ?? {};
    const tagged = tagSupport?.valueSet.includes(CodeActionTag.LLMGenerated) === true;
    const { textDocument, range, kind, instruction, diagnostic } = propose;
    const base: CodeAction = {
      title,
      kind: kinds[kind],
      ...(tagged && { tags: [CodeActionTag.LLMGenerated] }),
    };
    if (dataSupport === true && resolveSupport?.properties.includes('edit') === true) {
      const data: CodeActionData = { propose, version };
      return { ...base, data };
    }
    const options = { kind, ...(diagnostic !== undefined && { diagnostic }) };
    const args = [textDocument.uri, range, instruction ?? '', options];
    return { ...base, command: { title, command: serverCommands.edit, arguments: args } };
  }

  /** The action with its edit; where there is none, as it was, and the client's person is told why. */
  private async resolve(action: CodeAction, signal: AbortSignal): Promise<CodeAction> {
    const { propose, version } = (action.data ?? {}) as Partial<CodeActionData>;
    if (!propose) return action;
    if (this.documents.get(propose.textDocument.uri)?.version !== version) {
      const reason = 'The document was changed since. Ask for the action again.';
      tellWhy(this.connection, reason);
      return { ...action, disabled: { reason } };
    }
    const outcome = await this.progress.during(action.title, signal, (both, report) =>
      this.service.propose(propose, both, report),
    );
    const made = outcome.proposal && (await this.service.edit(outcome.proposal));
    if (outcome.proposal) this.service.discard(outcome.proposal.id);
    if (made?.edit) return { ...action, edit: made.edit };
    const reason = made
      ? made.reason
      : `${outcome.refusal?.message ?? ''} ${outcome.refusal?.remedy ?? ''}`;
    tellWhy(this.connection, reason);
    return { ...action, disabled: { reason } };
  }
}

/** Of newer clients it may be Markdown. */
function messageOf({ message }: Diagnostic): string {
  return (typeof message === 'string' ? message : message.value).trim();
}
