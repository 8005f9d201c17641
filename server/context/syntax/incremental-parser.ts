import { Parser, type Tree } from 'web-tree-sitter';
import type { Grammar } from './grammar.js';
import { treeEdit, type TextEdit } from './text-edit.js';

/** How far a parser got in the time it was given. */
export type Progress = 'done' | 'more';

/**
 * The tree of one text that changes. A parse may be cut into slices; while one is under way edits wait, so that
 * somebody who keeps typing in a long file does not keep it from ever being parsed.
 */
export class IncrementalParser {
  private readonly parser = new Parser();
  private current: Tree | undefined;
  /** Edits that the tree, or the one in work, does not know yet, each with the text before it. */
  private waiting: { readonly before: string; readonly edit: TextEdit }[] = [];
  /** The text that is being parsed. */
  private inWork: string | undefined;
  private spent = 0;

  constructor(
    grammar: Grammar,
    private text: string,
    private readonly now: () => number,
  ) {
    this.parser.setLanguage(grammar.language);
    this.inWork = text;
  }

  /** The tree of the present text; undefined while it is not parsed. */
  get tree(): Tree | undefined {
    return this.inWork === undefined && this.waiting.length === 0 ? this.current : undefined;
  }

  /** Milliseconds that went into the text in work so far. */
  get spentMs(): number {
    return this.spent;
  }

  /** Takes note of an edit that made `after` of the present text. */
  edit(edit: TextEdit, after: string): void {
    this.waiting.push({ before: this.text, edit });
    this.text = after;
  }

  /** Works until the tree is that of the present text, or the time (milliseconds) is over. */
  advance(ms: number): Progress {
    const end = this.now() + ms;
    while (!this.tree) {
      this.begin();
      if (this.parse(end) === 'more') return 'more';
      if (this.waiting.length > 0 && this.now() >= end) return 'more';
    }
    return 'done';
  }

  dispose(): void {
    this.current?.delete();
    this.current = undefined;
    this.parser.delete();
  }

  private begin(): void {
    if (this.inWork !== undefined) return;
    for (const { before, edit } of this.waiting) this.current?.edit(treeEdit(before, edit));
    this.waiting = [];
    this.inWork = this.text;
    this.spent = 0;
  }

  private parse(end: number): Progress {
    const text = this.inWork ?? this.text;
    const begun = this.now();
    // A parser that was stopped goes on where it stood when it is given the same text and tree again.
    const tree = this.parser.parse(text, this.current ?? null, {
      progressCallback: () => this.now() >= end,
    });
    this.spent += this.now() - begun;
    if (!tree) return 'more';
    this.current?.delete();
    this.current = tree;
    this.inWork = undefined;
    return 'done';
  }
}
