import type { EditHunk, EditProgress, EditProposal } from '../../protocol/index.js';
import { offsetAt, reviewText, type Decision, type ReviewText } from './review-text.js';
import { streamHunks } from './stream-hunks.js';

/** What a person may do with a review now. */
export type ReviewPhase =
  /** The model has not written anything yet. */
  | { readonly name: 'waiting' }
  | { readonly name: 'writing' }
  | { readonly name: 'deciding'; readonly proposal: EditProposal }
  /** There is nothing to take. */
  | { readonly name: 'refused'; readonly message: string; readonly remedy: string };

/** An edit that is looked at: what is written so far, then its hunks and what was decided about each. */
export class Review {
  private current: ReviewPhase = { name: 'waiting' };
  private hunks: readonly EditHunk[] = [];
  private decided: Decision[] = [];

  /** @param document the whole text that is to be changed, as it was when the model was asked */
  constructor(private document: string) {}

  get phase(): ReviewPhase {
    return this.current;
  }

  get decisions(): readonly Decision[] {
    return this.decided;
  }

  /** What is to be seen now. */
  get view(): ReviewText {
    return reviewText(this.document, this.hunks, this.decided);
  }

  /** The document as it was, and as it would be with all that nobody has rejected. */
  get sides(): { readonly before: string; readonly after: string } {
    const taken = this.decided.map((each): Decision => (each === 'open' ? 'accepted' : each));
    return { before: this.document, after: reviewText(this.document, this.hunks, taken).text };
  }

  /** Index of the hunk that a line of the view belongs to, or of the open one that is nearest; -1 where none is open. */
  hunkAt(line: number): number {
    const starts = this.view.hunks;
    const distance = (index: number) => Math.abs((starts[index] ?? 0) - line);
    const open = this.open;
    const above = open.filter((index) => (starts[index] ?? 0) <= line).at(-1);
    return above ?? [...open].sort((a, b) => distance(a) - distance(b))[0] ?? -1;
  }

  /** Indices of the hunks that nobody has decided about. */
  get open(): readonly number[] {
    return this.indices('open');
  }

  /** Indices of the hunks that are taken. */
  get accepted(): readonly number[] {
    return this.indices('accepted');
  }

  write({ range, text }: EditProgress): void {
    const start = offsetAt(this.document, range.start);
    const old = this.document.slice(start, offsetAt(this.document, range.end));
    // Whole lines: a node may begin behind its indentation.
    const lineStart = start - range.start.character;
    const indentation = this.document.slice(lineStart, start);
    this.current = { name: 'writing' };
    this.hunks = streamHunks(
      { start: { line: range.start.line, character: 0 }, end: range.end },
      indentation + old,
      indentation + text,
    );
    this.decided = this.hunks.map(() => 'open');
  }

  /** @param document the text that the proposal is for: it may have changed elsewhere while the model wrote */
  propose(proposal: EditProposal, document: string): void {
    this.document = document;
    this.current = { name: 'deciding', proposal };
    this.hunks = proposal.hunks;
    this.decided = this.hunks.map(() => 'open');
  }

  refuse(message: string, remedy: string): void {
    this.current = { name: 'refused', message, remedy };
    this.hunks = [];
    this.decided = [];
  }

  decide(hunk: number, decision: 'accepted' | 'rejected'): void {
    if (this.decided[hunk] === 'open') this.decided[hunk] = decision;
  }

  decideAll(decision: 'accepted' | 'rejected'): void {
    for (const hunk of this.open) this.decide(hunk, decision);
  }

  private indices(decision: Decision): readonly number[] {
    return this.decided.flatMap((each, index) => (each === decision ? [index] : []));
  }
}
