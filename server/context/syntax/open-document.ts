import type { Grammar } from './grammar.js';
import { IncrementalParser } from './incremental-parser.js';
import { unfitToParse, type LeftOut, type SyntaxLimits } from './limits.js';
import { SyntaxTree } from './syntax-tree.js';
import type { TextEdit } from './text-edit.js';

/** Ways to let other work run, and to tell the time; tests give their own. */
export interface Clock {
  /** Milliseconds, rising. */
  readonly now: () => number;
  /** Calls back when the event loop has served what waits. */
  readonly later: (work: () => void) => void;
}

/**
 * An open document: its text at a version, and the tree of it as soon as that is parsed. Parsing begins within the
 * change that asks for it and goes on in slices between the server's other work.
 */
export class OpenDocument {
  private parser: IncrementalParser | undefined;
  private grammar: Grammar | undefined;
  private view: SyntaxTree | undefined;
  private unfit: LeftOut | undefined;
  private scheduled = false;
  private closed = false;
  private waiting = new Set<() => void>();

  constructor(
    private text: string,
    private version: number,
    private readonly limits: SyntaxLimits,
    private readonly clock: Clock,
  ) {
    this.unfit = unfitToParse(text, limits);
  }

  get content(): string {
    return this.text;
  }

  /** Why there is no tree and will be none of this text. */
  get leftOut(): LeftOut | undefined {
    return this.unfit;
  }

  /** The tree of the present version; undefined while it is parsed, and where the document is left out. */
  get tree(): SyntaxTree | undefined {
    return this.view;
  }

  /** Whether a tree may still come. */
  get settled(): boolean {
    return this.closed || this.unfit !== undefined || this.view !== undefined;
  }

  /** The grammar has been loaded. */
  start(grammar: Grammar): void {
    if (this.closed) return;
    this.grammar = grammar;
    this.advance(this.limits.changeMs);
  }

  leaveOut(why: LeftOut): void {
    this.dropParser();
    this.unfit = why;
    this.settle();
  }

  /** One notification's edits, in their order, each on the text that the one before left. */
  change(
    version: number,
    edits: readonly { readonly edit: TextEdit; readonly after: string }[],
  ): void {
    this.version = version;
    this.dropView();
    for (const { edit, after } of edits) {
      this.parser?.edit(edit, after);
      this.text = after;
    }
    const unfit = unfitToParse(this.text, this.limits);
    if (unfit) {
      this.leaveOut(unfit);
      return;
    }
    // Shorter again, or text again: begin anew. What was too slow may have been the text that is gone now.
    if (this.unfit?.reason !== 'language' && this.unfit?.reason !== 'grammar')
      this.unfit = undefined;
    this.advance(this.limits.changeMs);
  }

  /** Calls back once the document is settled; the function returned takes that back. */
  whenSettled(callback: () => void): () => void {
    this.waiting.add(callback);
    return () => this.waiting.delete(callback);
  }

  close(): void {
    this.closed = true;
    this.dropParser();
    this.settle();
  }

  private advance(ms: number): void {
    if (this.closed || this.unfit || !this.grammar) return;
    try {
      this.parser ??= new IncrementalParser(this.grammar, this.text, this.clock.now);
      if (this.parser.advance(ms) === 'more') {
        if (this.parser.spentMs < this.limits.parseMs) this.schedule();
        else this.leaveOut(tooSlow(this.limits.parseMs));
        return;
      }
      const tree = this.parser.tree;
      if (tree) this.view = new SyntaxTree(this.grammar, tree, this.text, this.version);
      this.settle();
    } catch (error) {
      // A grammar's scanner may trap. The document goes without a tree until it is changed; others are not touched.
      this.leaveOut({
        reason: 'parser',
        message: `its parser failed: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.clock.later(() => {
      this.scheduled = false;
      if (!this.view) this.advance(this.limits.sliceMs);
    });
  }

  private settle(): void {
    const callbacks = [...this.waiting];
    this.waiting.clear();
    for (const callback of callbacks) callback();
  }

  private dropView(): void {
    this.view?.dispose();
    this.view = undefined;
  }

  private dropParser(): void {
    this.dropView();
    this.parser?.dispose();
    this.parser = undefined;
  }
}

function tooSlow(ms: number): LeftOut {
  return { reason: 'too-slow', message: `parsing it takes longer than ${ms} ms` };
}
