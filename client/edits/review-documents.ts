import {
  CodeLens,
  EventEmitter,
  l10n,
  languages,
  Range,
  Uri,
  window,
  workspace,
  type CodeLensProvider,
  type Disposable,
  type TextDocument,
  type TextDocumentContentProvider,
} from 'vscode';
import { reviewScheme } from '../command-ids.js';
import { ReviewDecorations } from './review-decorations.js';
import { reviewLenses } from './review-lenses.js';
import type { Review } from './review.js';

/**
 * Shortest time between two pictures of a text that is being written, milliseconds: VS Code asks for links only where a
 * text rests for a quarter of a second.
 */
const PAUSE_MS = 300;

export interface ShownReview {
  readonly review: Review;
  /** Zero-based line where it stands before it has hunks. */
  readonly line: number;
}

/** Shows reviews as read-only documents with links above their hunks. */
export class ReviewDocuments implements TextDocumentContentProvider, CodeLensProvider, Disposable {
  private readonly shown = new Map<string, ShownReview>();
  private readonly decorations = new ReviewDecorations();
  private readonly changed = new EventEmitter<Uri>();
  private readonly lensesChanged = new EventEmitter<void>();
  private readonly pauses = new Map<string, NodeJS.Timeout>();
  private readonly registrations: readonly Disposable[];

  readonly onDidChange = this.changed.event;
  readonly onDidChangeCodeLenses = this.lensesChanged.event;

  constructor() {
    this.registrations = [
      workspace.registerTextDocumentContentProvider(reviewScheme, this),
      languages.registerCodeLensProvider({ scheme: reviewScheme }, this),
      workspace.onDidChangeTextDocument(({ document }) => {
        this.paint(document.uri);
      }),
      window.onDidChangeVisibleTextEditors(() => {
        for (const uri of this.shown.keys()) this.paint(Uri.parse(uri));
      }),
    ];
  }

  add(uri: Uri, shown: ShownReview): void {
    this.shown.set(uri.toString(), shown);
    this.refreshSoon(uri);
  }

  remove(uri: Uri): void {
    clearTimeout(this.pauses.get(uri.toString()));
    this.pauses.delete(uri.toString());
    this.shown.delete(uri.toString());
  }

  /** Shows what has become of a review. */
  refresh(uri: Uri): void {
    const key = uri.toString();
    clearTimeout(this.pauses.get(key));
    this.pauses.delete(key);
    this.lensesChanged.fire();
    this.show(uri);
  }

  /** The same before long: text that is being written comes faster than anybody reads. */
  refreshSoon(uri: Uri): void {
    const key = uri.toString();
    if (this.pauses.has(key)) return;
    this.pauses.set(
      key,
      setTimeout(() => {
        this.pauses.delete(key);
        this.show(uri);
      }, PAUSE_MS),
    );
  }

  /** The review itself, or one side of it: `#before`, `#after`. */
  provideTextDocumentContent(uri: Uri): string | undefined {
    const review = this.shown.get(uri.with({ fragment: '' }).toString())?.review;
    if (uri.fragment === 'before') return review?.sides.before;
    if (uri.fragment === 'after') return review?.sides.after;
    return review?.view.text;
  }

  provideCodeLenses({ uri }: TextDocument): CodeLens[] {
    const shown = this.shown.get(uri.toString());
    if (!shown) return [];
    return reviewLenses(shown.review, shown.line, l10n.t).map(
      ({ line, title, command = '', hunk }) =>
        new CodeLens(new Range(line, 0, line, 0), {
          title,
          tooltip: title.replace(/^\$\([\w~-]+\) /, ''),
          command,
          arguments: [uri.toString(), ...(hunk === undefined ? [] : [hunk])],
        }),
    );
  }

  dispose(): void {
    for (const pause of this.pauses.values()) clearTimeout(pause);
    for (const each of this.registrations) each.dispose();
    this.decorations.dispose();
    this.changed.dispose();
    this.lensesChanged.dispose();
  }

  private show(uri: Uri): void {
    if (!this.shown.has(uri.toString())) return;
    this.changed.fire(uri);
    this.paint(uri);
  }

  private paint(uri: Uri): void {
    const shown = this.shown.get(uri.toString());
    if (!shown) return;
    for (const editor of window.visibleTextEditors)
      if (editor.document.uri.toString() === uri.toString())
        this.decorations.paint(editor, shown.review.view);
  }
}
