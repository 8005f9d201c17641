import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientCapabilities, Connection, Range, WorkspaceEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  AcceptResult,
  EditOutcome,
  EditProgress,
  EditProposal,
  ProposeParams,
} from '../../protocol/index.js';
import type { TextRange } from '../context/syntax/text-range.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { movedDraft } from '../refactor/moved-draft.js';
import { chosenHunks, type Proposals } from '../refactor/proposals.js';
import type { ParseText } from '../refactor/check.js';
import type { EditRequest, EditSupport } from '../refactor/edit-request.js';
import { proposeEdit } from '../refactor/propose-edit.js';
import { proposeTests } from '../refactor/propose-tests.js';
import { refuse } from '../refactor/refusal.js';
import type { ChatEngine } from './chat-engine.js';
import { describeError } from '../engine/describe-error.js';
import type { Documents } from './documents.js';
import type { FileTexts } from './file-texts.js';
import { pathIn } from './path-in.js';
import { canCreate, workspaceEdit } from './workspace-edit.js';
import type { WorkspaceFolders } from './workspace-folders.js';

/** How long to wait for the tree of a document, and for the client to apply an edit, milliseconds. */
const PARSE_MS = 2000;
const APPLY_MS = 60_000;

/** An edit for the client, or why there is none. */
export type PreparedEdit =
  | { readonly edit: WorkspaceEdit; readonly reason?: never }
  | { readonly edit?: never; readonly reason: string };

/** What requests, code actions and commands share: how edits are asked for, and how they get into a document. */
export class EditService {
  private client: ClientCapabilities = {};

  constructor(
    private readonly connection: Connection,
    private readonly documents: Documents,
    private readonly workspace: WorkspaceFolders,
    private readonly chat: Pick<ChatEngine, 'engine' | 'requestFailed'>,
    private readonly gate: ProvenanceGate,
    private readonly syntax: SyntaxService,
    private readonly proposals: Proposals,
    private readonly files: Pick<FileTexts, 'read'>,
    private readonly parseText: ParseText,
  ) {}

  initialize(client: ClientCapabilities): void {
    this.client = client;
  }

  /** Refusals are answers; an engine that fails is one. @throws DOMException (rejects, AbortError) where the signal aborts */
  async propose(
    {
      textDocument,
      range,
      kind,
      instruction,
      diagnostic,
    }: Omit<ProposeParams, 'partialResultToken'>,
    signal: AbortSignal,
    onProgress?: (progress: EditProgress) => void,
  ): Promise<EditOutcome> {
    const { uri } = textDocument;
    const open = this.documents.get(uri);
    if (!open) return refuse('The document is not open.', 'Open it in the editor.');
    if (kind === 'rewrite' && !instruction?.trim())
      return refuse('It was not said what to change.', 'Give an instruction.');
    // The editor's own object changes under way.
    const text = open.getText();
    const document = TextDocument.create(uri, open.languageId, open.version, text);
    const answer = await this.chat.engine(signal);
    signal.throwIfAborted();
    if (!answer.engine) return refuse(answer.refusal.message, answer.refusal.remedy);
    const { engine } = answer;
    const path = pathIn(this.workspace.current.folders, uri);
    const at = (each: { readonly start: number; readonly end: number }): Range => ({
      start: document.positionAt(each.start),
      end: document.positionAt(each.end),
    });
    const request = {
      ...{ document, kind },
      range: { start: document.offsetAt(range.start), end: document.offsetAt(range.end) },
      ...(instruction !== undefined && { instruction }),
      ...(diagnostic !== undefined && { diagnostic }),
    };
    const support = {
      ...{ engine, gate: this.gate, syntax: this.syntax, parseMs: PARSE_MS },
      ...(path !== undefined && { path }),
    };
    try {
      if (kind === 'tests') return await this.proposeTests(request, support, signal);
      const { draft, refusal } = await proposeEdit(
        request,
        {
          ...support,
          ...(onProgress && {
            onProgress: (lines: TextRange, newText: string) => {
              onProgress({ range: at(lines), text: newText });
            },
          }),
        },
        signal,
      );
      if (!draft) return { refusal };
      const now = this.documents.get(uri);
      const moved = now && movedDraft(draft, text, now.getText(), now.version);
      if (!moved)
        return refuse(
          'The code was changed while the model was at work on it.',
          'Ask again for the code as it is now.',
        );
      return { proposal: this.proposals.add(moved, now.getText()) };
    } catch (error) {
      signal.throwIfAborted();
      this.chat.requestFailed(engine, error);
      const { message, remedy } = describeError(error);
      return refuse(message, remedy);
    }
  }

  /** Tests stand in another file, which nobody sees while they are written. */
  private async proposeTests(
    request: EditRequest,
    support: EditSupport & { readonly gate: ProvenanceGate },
    signal: AbortSignal,
  ): Promise<EditOutcome> {
    const { draft, text, refusal } = await proposeTests(
      request,
      { ...support, readFile: (uri) => this.files.read(uri), parseText: this.parseText },
      signal,
    );
    if (!draft) return { refusal };
    const now = await this.files.read(draft.uri);
    const same = draft.creates ? !now : now?.text === text && now?.version === draft.version;
    if (!same)
      return refuse(
        'The file of the tests was changed while the model was at work on it.',
        'Ask again for the file as it is now.',
      );
    return { proposal: this.proposals.add(draft, text ?? '') };
  }

  /** A proposal as an edit that a client can apply; or why it cannot. */
  async edit(proposal: EditProposal, hunks?: readonly number[]): Promise<PreparedEdit> {
    const chosen = chosenHunks(proposal, hunks);
    if (!chosen) return { reason: 'The edit has no such hunk.' };
    if (chosen.length === 0) return { reason: 'None of its hunks was chosen.' };
    const { uri, version, creates } = proposal;
    const known = this.proposals.textOf(proposal);
    const now = version === null ? await this.files.read(uri) : undefined;
    const moved =
      version === null ? now?.text !== known : this.documents.get(uri)?.version !== version;
    if (moved)
      return { reason: 'The document was changed since the edit was made. Ask for it again.' };
    if (creates && !canCreate(this.client))
      return { reason: 'The editor cannot create files by an edit.' };
    return { edit: workspaceEdit(proposal, chosen, this.client) };
  }

  /** Has the client apply a proposal that waits, and forgets it where it did. */
  async accept(id: string, hunks?: readonly number[]): Promise<AcceptResult> {
    const proposal = this.proposals.get(id);
    if (!proposal) return { applied: false, reason: 'The edit is no longer there.' };
    const { edit, reason } = await this.edit(proposal, hunks);
    if (!edit) return { applied: false, reason };
    const done = new AbortController();
    const late = sleep(APPLY_MS, undefined, { signal: done.signal }).catch(() => undefined);
    const applying = this.connection.workspace.applyEdit({ label: proposal.title, edit });
    try {
      const result = await Promise.race([applying, late]);
      if (result?.applied === true) {
        this.proposals.forget(id);
        return { applied: true };
      }
      const why = result ? result.failureReason : 'it did not answer';
      return {
        applied: false,
        reason: `The editor did not apply the edit${why ? `: ${why}` : ''}.`,
      };
    } catch (error) {
      const { message } = describeError(error);
      return { applied: false, reason: `The editor did not apply the edit: ${message}.` };
    } finally {
      done.abort();
    }
  }

  discard(id: string): void {
    this.proposals.forget(id);
  }
}
