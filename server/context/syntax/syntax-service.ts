import { editOfChange, type ContentChange } from './content-changes.js';
import type { GrammarStore } from './grammar-store.js';
import { grammarNameOf } from './languages.js';
import { DEFAULT_LIMITS, type LeftOut, type SyntaxLimits } from './limits.js';
import { OpenDocument, type Clock } from './open-document.js';
import type { SyntaxTree } from './syntax-tree.js';
import { applyEdit, editBetween } from './text-edit.js';

export type SyntaxStatus =
  | { readonly kind: 'ready' }
  | { readonly kind: 'parsing' }
  | ({ readonly kind: 'left-out' } & LeftOut);

export interface OpenedDocument {
  readonly uri: string;
  /** The editor's language identifier. */
  readonly languageId: string;
  readonly version: number;
  readonly text: string;
}

export interface ReadyOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds to wait at most. */
  readonly deadlineMs: number;
}

const processClock: Clock = {
  now: () => performance.now(),
  later: (work) => {
    setImmediate(work);
  },
};

/**
 * Syntax trees of the open documents, kept up by their edits. A tree belongs to one version: take it, ask it, and let
 * go of it before the document's next change, which makes it unusable.
 */
export class SyntaxService {
  private readonly documents = new Map<string, OpenDocument>();

  constructor(
    private readonly grammars: Pick<GrammarStore, 'load'>,
    private readonly limits: SyntaxLimits = DEFAULT_LIMITS,
    private readonly clock: Clock = processClock,
  ) {}

  /** Opening what is open begins anew, as after a change of its language. */
  open({ uri, languageId, version, text }: OpenedDocument): void {
    this.close(uri);
    const document = new OpenDocument(text, version, this.limits, this.clock);
    this.documents.set(uri, document);
    const name = grammarNameOf(languageId);
    if (name === undefined) {
      document.leaveOut({ reason: 'language', message: `there is no grammar for ${languageId}` });
      return;
    }
    // Also for a text that is left out: it may become one that can be parsed.
    this.grammars.load(name).then(
      (grammar) => {
        document.start(grammar);
        // Compiling it takes some 50 ms: not at a keystroke.
        grammar.query('blocks');
      },
      (error: unknown) => {
        document.leaveOut({
          reason: 'grammar',
          message: error instanceof Error ? error.message : String(error),
        });
      },
    );
  }

  /** The changes of one `textDocument/didChange`. Those of a document that is not open are ignored. */
  change(uri: string, version: number, changes: readonly ContentChange[]): void {
    const document = this.documents.get(uri);
    if (!document) return;
    let text = document.content;
    const edits = changes.map((change) => {
      const edit = editOfChange(text, change);
      text = applyEdit(text, edit);
      return { edit, after: text };
    });
    document.change(version, edits);
  }

  /** For who knows the new text only: as `change` with the shortest edit between the two. */
  replace(uri: string, version: number, text: string): void {
    const document = this.documents.get(uri);
    if (!document) return;
    const edit = editBetween(document.content, text);
    document.change(version, edit ? [{ edit, after: text }] : []);
  }

  close(uri: string): void {
    this.documents.get(uri)?.close();
    this.documents.delete(uri);
  }

  /** Closes every document. */
  dispose(): void {
    for (const uri of [...this.documents.keys()]) this.close(uri);
  }

  /** Undefined where the document is not open. */
  status(uri: string): SyntaxStatus | undefined {
    const document = this.documents.get(uri);
    if (!document) return undefined;
    if (document.leftOut) return { kind: 'left-out', ...document.leftOut };
    return { kind: document.tree ? 'ready' : 'parsing' };
  }

  /** The tree of the document's present version, if it is parsed by now. */
  tree(uri: string): SyntaxTree | undefined {
    return this.documents.get(uri)?.tree;
  }

  /**
   * Waits for the tree of the document as it then is; undefined where there is none, where time is up, where the
   * signal fires first. Never rejects.
   */
  ready(uri: string, { signal, deadlineMs }: ReadyOptions): Promise<SyntaxTree | undefined> {
    const document = this.documents.get(uri);
    if (!document || document.settled || signal?.aborted === true)
      return Promise.resolve(document?.tree);
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        forget();
        resolve(document.tree);
      };
      const forget = document.whenSettled(finish);
      const timer = setTimeout(finish, deadlineMs);
      signal?.addEventListener('abort', finish, { once: true });
    });
  }
}
