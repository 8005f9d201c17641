import {
  CancellationTokenSource,
  commands,
  l10n,
  Position,
  TabInputText,
  Uri,
  window,
  workspace,
  type Disposable,
} from 'vscode';
import {
  editRequests,
  type AcceptResult,
  type EditOutcome,
  type EditProgress,
  type EditProposal,
  type ProposeParams,
} from '../../protocol/index.js';
import { reviewScheme } from '../command-ids.js';
import { wasCancelled } from '../server/ask.js';
import type { Server } from '../server/server.js';
import { ReviewDocuments } from './review-documents.js';
import {
  activeReview,
  closeTabs,
  existing,
  moveTo,
  openTab,
  showSource,
  wholeReview,
  type ReviewTab,
} from './review-tab.js';
import { Review } from './review.js';

interface OpenReview extends ReviewTab {
  readonly review: Review;
  readonly stop: CancellationTokenSource;
  /** Set while the server applies what was taken. */
  applying?: true;
}

/** Asks for edits, shows each in a document of its own, and has the server apply what a person takes of it. */
export class Reviews implements Disposable {
  private readonly documents = new ReviewDocuments();
  private readonly open = new Map<string, OpenReview>();
  private readonly watched: readonly Disposable[];

  constructor(private readonly server: Server) {
    this.watched = [
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed)
          if (input instanceof TabInputText) this.forget(this.open.get(input.uri.toString()));
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.sourceChanged(document.uri);
      }),
    ];
  }

  /**
   * Has the model make an edit, and shows it as it is written.
   *
   * @param version of the document that the range is of, where it may be an old one
   */
  async propose(params: ProposeParams, version?: number): Promise<void> {
    const source = Uri.parse(params.textDocument.uri);
    const now = (await existing(source))?.version;
    if (version !== undefined && now !== version) {
      await this.show(source, params.range.start.line, () =>
        Promise.resolve({ refusal: { message: changed(), remedy: l10n.t('Ask again.') } }),
      );
      return;
    }
    await this.show(source, params.range.start.line, async (entry) =>
      this.server.ask<EditOutcome, EditProgress>(editRequests.propose, params, {
        token: entry.stop.token,
        onProgress: (progress) => {
          entry.review.write(progress);
          this.documents.refreshSoon(entry.uri);
        },
      }),
    );
  }

  /** Shows an edit that somebody else has asked for. */
  async present(proposal: EditProposal): Promise<void> {
    await this.show(Uri.parse(proposal.uri), proposal.range.start.line, () =>
      Promise.resolve({ proposal }),
    );
  }

  /** Decides about one hunk: of the review and with the index that are given, or the one at the cursor. */
  async decide(decision: 'accepted' | 'rejected', review?: string, hunk?: number): Promise<void> {
    const entry = this.find(review);
    // A side of it in a diff editor has other lines.
    if (!entry || (hunk === undefined && activeReview()?.fragment !== '')) return;
    const line = window.activeTextEditor?.selection.active.line ?? 0;
    entry.review.decide(hunk ?? entry.review.hunkAt(line), decision);
    await this.decided(entry);
  }

  /** Decides about all hunks that are open; to reject all is also to stop and to close. */
  async decideAll(decision: 'accepted' | 'rejected', review?: string): Promise<void> {
    const entry = this.find(review);
    if (!entry || entry.applying) return;
    if (entry.review.phase.name === 'deciding') {
      entry.review.decideAll(decision);
      await this.decided(entry);
    } else if (decision === 'rejected') await this.close(entry);
  }

  /** Both sides in VS Code's own diff editor, which can be read out. */
  async showDiff(review?: string): Promise<void> {
    const entry = this.find(review);
    if (!entry) return;
    const side = (fragment: string) => entry.uri.with({ fragment });
    const title = l10n.t('{0}: before and after', nameOf(entry.source));
    await commands.executeCommand('vscode.diff', side('before'), side('after'), title);
  }

  dispose(): void {
    for (const entry of this.open.values()) entry.stop.cancel();
    for (const each of this.watched) each.dispose();
    this.documents.dispose();
  }

  private find(review: string | undefined): OpenReview | undefined {
    const active = activeReview();
    return this.open.get(review ?? (active ? wholeReview(active).toString() : ''));
  }

  private async show(
    source: Uri,
    line: number,
    outcome: (entry: OpenReview) => Promise<EditOutcome>,
  ): Promise<void> {
    const entry = await this.begin(source, line);
    try {
      const { proposal, refusal } = await outcome(entry);
      if (proposal) entry.review.propose(proposal, await textOf(source));
      else entry.review.refuse(refusal.message, refusal.remedy);
      if (!this.open.has(entry.uri.toString())) this.discard(entry);
    } catch (error) {
      if (!wasCancelled(error)) this.failed(entry, error);
    }
    this.documents.refresh(entry.uri);
    this.toNextHunk(entry);
  }

  /** Opens a review in place of the one that there is for the same source. */
  private async begin(source: Uri, line: number): Promise<OpenReview> {
    for (const other of this.open.values())
      if (other.source.toString() === source.toString()) await this.close(other);
    const document = await existing(source);
    const editor = window.visibleTextEditors.find((each) => each.document === document);
    const entry: OpenReview = {
      uri: Uri.from({
        scheme: reviewScheme,
        path: `/${l10n.t('Review of {0}', nameOf(source))}`,
        query: source.toString(),
      }),
      source,
      column: editor?.viewColumn,
      review: new Review(document?.getText() ?? ''),
      stop: new CancellationTokenSource(),
    };
    this.open.set(entry.uri.toString(), entry);
    this.documents.add(entry.uri, { review: entry.review, line });
    await openTab(entry, document, line);
    return entry;
  }

  private async decided(entry: OpenReview): Promise<void> {
    const { review, applying } = entry;
    const { phase, accepted } = review;
    if (phase.name !== 'deciding' || applying) return;
    if (review.open.length > 0) {
      this.documents.refresh(entry.uri);
      this.toNextHunk(entry);
    } else if (accepted.length > 0) await this.apply(entry, phase.proposal, accepted);
    else await this.close(entry);
  }

  private async apply(
    entry: OpenReview,
    { id, hunks: all }: EditProposal,
    hunks: readonly number[],
  ): Promise<void> {
    entry.applying = true;
    try {
      const params = { id, hunks };
      const { applied, reason } = await this.server.ask<AcceptResult>(editRequests.accept, params);
      if (applied) {
        const start = all[hunks[0] ?? 0]?.range.start;
        await this.close(entry, start && new Position(start.line, start.character));
        return;
      }
      entry.review.refuse(l10n.t('Nothing was changed.'), reason ?? '');
    } catch (error) {
      this.failed(entry, error);
    } finally {
      delete entry.applying;
    }
    this.documents.refresh(entry.uri);
  }

  private failed(entry: OpenReview, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.server.output.error(message);
    entry.review.refuse(message, '');
  }

  private toNextHunk(entry: OpenReview): void {
    const [next] = entry.review.open;
    const line = next === undefined ? undefined : entry.review.view.hunks[next];
    if (line !== undefined) moveTo(entry, line);
  }

  private sourceChanged(source: Uri): void {
    for (const entry of this.open.values()) {
      if (entry.review.phase.name !== 'deciding' || entry.applying) continue;
      if (entry.source.toString() !== source.toString()) continue;
      this.discard(entry);
      entry.review.refuse(changed(), l10n.t('Ask again.'));
      this.documents.refresh(entry.uri);
    }
  }

  private async close(entry: OpenReview, at?: Position): Promise<void> {
    this.forget(entry);
    // In this order: a tab that closes later would take the focus back from whatever was opened meanwhile.
    await showSource(entry, at);
    await closeTabs(entry);
  }

  /** The review is no longer of interest. */
  private forget(entry: OpenReview | undefined): void {
    if (!entry || !this.open.delete(entry.uri.toString())) return;
    this.documents.remove(entry.uri);
    entry.stop.cancel();
    if (!entry.applying) this.discard(entry);
  }

  private discard({ review: { phase } }: OpenReview): void {
    if (phase.name !== 'deciding') return;
    this.server.ask(editRequests.discard, { id: phase.proposal.id }).catch((error: unknown) => {
      this.server.output.error(String(error));
    });
  }
}

function changed(): string {
  return l10n.t('The file has changed since the model was asked: nothing of this can be applied.');
}

async function textOf(uri: Uri): Promise<string> {
  return (await existing(uri))?.getText() ?? '';
}

function nameOf(uri: Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
