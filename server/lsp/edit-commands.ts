import type { Connection, Position, Range } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import {
  serverCommands,
  type AcceptResult,
  type EditCommandOptions,
  type NamesOutcome,
  type TextOutcome,
} from '../../protocol/index.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { Engine } from '../engine/contract.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { fileOf } from '../provenance/place.js';
import { commitMessage } from '../refactor/commit-message.js';
import { explain } from '../refactor/explain.js';
import { gitChanges } from '../refactor/git-changes.js';
import { refuse, type EditRefusal } from '../refactor/refusal.js';
import { suggestNames } from '../refactor/suggest-names.js';
import type { ChatEngine } from './chat-engine.js';
import { checkPlace } from './check-place.js';
import { describeError } from '../engine/describe-error.js';
import type { Documents } from './documents.js';
import type { EditService } from './edit-service.js';
import { checkProposal } from './edits.js';
import { pathIn } from './path-in.js';
import { tellText, tellWhy } from './tell.js';
import type { WorkProgress } from './work-progress.js';
import type { WorkspaceFolders } from './workspace-folders.js';

/** How long to wait for the tree of a document, milliseconds. */
const PARSE_MS = 2000;

/** What a command gets: its arguments, unchecked, and a signal that the client's cancellation aborts. */
type Run = (args: readonly unknown[], signal: AbortSignal) => Promise<unknown>;

/** Commands by which any editor asks the model for something beside a completion. */
export class EditCommands {
  constructor(
    private readonly connection: Connection,
    private readonly documents: Documents,
    private readonly workspace: WorkspaceFolders,
    private readonly chat: Pick<ChatEngine, 'engine' | 'requestFailed'>,
    private readonly gate: ProvenanceGate,
    private readonly syntax: SyntaxService,
    private readonly service: EditService,
    private readonly progress: WorkProgress,
  ) {}

  get all() {
    return {
      [serverCommands.edit]: (args, signal) => this.edit(args, signal),
      [serverCommands.explain]: (args, signal) => this.explain(args, signal),
      [serverCommands.commitMessage]: (args, signal) => this.commitMessage(args, signal),
      [serverCommands.suggestNames]: (args, signal) => this.suggestNames(args, signal),
    } satisfies Record<string, Run>;
  }

  private async edit(args: readonly unknown[], signal: AbortSignal): Promise<AcceptResult> {
    const [uri, range, instruction, options] = args as [
      string,
      Range,
      string?,
      EditCommandOptions?,
    ];
    const { kind = 'rewrite', diagnostic } = options ?? {};
    const params = {
      ...{ textDocument: { uri }, range, kind },
      ...(instruction !== undefined && { instruction }),
      ...(diagnostic !== undefined && { diagnostic }),
    };
    checkProposal(params);
    const title = instruction?.trim() || kind;
    const { proposal, refusal } = await this.progress.during(title, signal, (both, report) =>
      this.service.propose(params, both, report),
    );
    const result = proposal
      ? await this.service.accept(proposal.id)
      : { applied: false, reason: `${refusal.message} ${refusal.remedy}` };
    if (!result.applied) this.tell(result.reason ?? '');
    return result;
  }

  private async explain(args: readonly unknown[], signal: AbortSignal): Promise<TextOutcome> {
    const [uri, range, options] = args as [string, Range, { show?: unknown }?];
    for (const position of [(range as Range | undefined)?.start, (range as Range | undefined)?.end])
      checkPlace({ textDocument: { uri }, position: position as Position });
    const outcome: TextOutcome = await this.progress.during('Explaining', signal, (both) =>
      this.ask<TextOutcome>(both, async (engine) => {
        const document = this.snapshot(uri);
        if (!document) return notOpen();
        const place = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
        return explain(document, place, { engine, ...this.support(uri) }, both);
      }),
    );
    if (options?.show === true) {
      if (outcome.refusal) this.tell(`${outcome.refusal.message} ${outcome.refusal.remedy}`);
      else tellText(this.connection, outcome.text);
    }
    return outcome;
  }

  private commitMessage([uri]: readonly unknown[], signal: AbortSignal): Promise<TextOutcome> {
    const { folders, trusted } = this.workspace.current;
    const folder = typeof uri === 'string' ? fileOf(uri) : folders[0];
    if (folder === undefined)
      return Promise.resolve(refuse('No folder is open.', 'Open the folder of a git repository.'));
    // Before anything of the repository is run or read.
    if (!trusted)
      return Promise.resolve(refuse('The workspace is not trusted.', 'Trust the workspace.'));
    return this.progress.during('Writing a commit message', signal, (both) =>
      this.ask<TextOutcome>(both, async (engine) => {
        const changes = await gitChanges(folder, this.gate, both);
        return 'refusal' in changes ? changes : commitMessage(changes, engine, both);
      }),
    );
  }

  private suggestNames(args: readonly unknown[], signal: AbortSignal): Promise<NamesOutcome> {
    const [uri, position] = args as [string, Position];
    checkPlace({ textDocument: { uri }, position });
    return this.progress.during('Suggesting names', signal, (both) =>
      this.ask<NamesOutcome>(both, async (engine) => {
        const document = this.snapshot(uri);
        if (!document) return notOpen();
        const support = { engine, ...this.support(uri) };
        return suggestNames(document, document.offsetAt(position), support, both);
      }),
    );
  }

  /** Runs `work` on the model that answers. What fails is a refusal. */
  private async ask<T>(
    signal: AbortSignal,
    work: (engine: Engine) => Promise<T>,
  ): Promise<T | { readonly refusal: EditRefusal }> {
    const { engine, refusal } = await this.chat.engine(signal);
    signal.throwIfAborted();
    if (!engine) return refuse(refusal.message, refusal.remedy);
    try {
      return await work(engine);
    } catch (error) {
      signal.throwIfAborted();
      this.chat.requestFailed(engine, error);
      const { message, remedy } = describeError(error);
      return refuse(message, remedy);
    }
  }

  private snapshot(uri: string): TextDocument | undefined {
    const open = this.documents.get(uri);
    return open && TextDocument.create(uri, open.languageId, open.version, open.getText());
  }

  private support(uri: string) {
    const path = pathIn(this.workspace.current.folders, uri);
    const { gate, syntax } = this;
    return { gate, syntax, parseMs: PARSE_MS, ...(path !== undefined && { path }) };
  }

  private tell(reason: string): void {
    tellWhy(this.connection, reason);
  }
}

function notOpen(): { readonly refusal: EditRefusal } {
  return refuse('The document is not open.', 'Open it in the editor.');
}
