import type { CursorPlace } from '../context/syntax/cursor-place.js';
import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import { withEndOfLine, type EndOfLine } from '../prompt/newline.js';
import { closerOf, type Balance, type UnmatchedClosing } from './brackets.js';

/** Longest that parsing one candidate in its place may take while somebody types, milliseconds; some tenths are usual. */
const PARSE_MS = 10;
/**
 * A document with more is of another language than its grammar, such as C++ in a header that counts as C, or full of
 * macros.
 */
const MOST_FAULTS = 2;
/** Candidates whose trees are kept: a stream asks about the same few again and again. */
const KEPT = 8;

/**
 * What candidates would be to the parser, put at the cursor. Candidates have LF line ends, and offsets count in them.
 * Every answer is undefined where parsing took too long: go on by the text then.
 */
export class CandidateSyntax {
  /** What the cursor stands in. */
  readonly place: CursorPlace;
  private readonly trees = new Map<string, SyntaxTree | undefined>();

  /**
   * @param tree of the document; stays the caller's
   * @param at the cursor's offset in it
   * @param eol the document's line end
   * @param parseMs longest that parsing one candidate may take
   */
  constructor(
    private readonly tree: SyntaxTree,
    private readonly at: number,
    private readonly eol: EndOfLine,
    private readonly parseMs = PARSE_MS,
  ) {
    this.place = tree.place(at);
  }

  /** What `text` closes and leaves open, as the language has it. Of strings and comments the parser knows nothing. */
  balance(text: string): (Balance & { readonly opened: readonly string[] }) | undefined {
    if (!/[()[\]{}"'`]/.test(text)) return { closed: [], open: 0, opened: [] };
    if (this.place.inside !== 'code') return undefined;
    const delimiters = this.parsed(text)?.delimiters(this.rangeOf(text, 0, text.length));
    if (!delimiters) return undefined;
    const closed: UnmatchedClosing[] = [];
    const open: string[] = [];
    for (const { offset, character, kind } of delimiters) {
      if (kind === 'open') open.push(character);
      else if (open.length > 0) open.pop();
      else closed.push({ index: this.indexOf(text, offset), character });
    }
    return { closed, open: open.length, opened: open };
  }

  /** Whether what follows `text` is the beginning of a block that it opens. */
  opensBlock(text: string): boolean | undefined {
    return this.parsed(text)?.place(this.offsetOf(text, text.length)).blockStart;
  }

  /** Whether `line` is one statement or declaration, from its beginning to its end, and nothing in it is wrong. */
  isWhole(line: string): boolean | undefined {
    const tree = this.parsed(line);
    if (!tree) return undefined;
    const written = line.trimEnd().length;
    const range = this.rangeOf(line, written - line.trim().length, written);
    if (tree.faults(range).length > 0) return false;
    const exact = tree
      .nodesAround({ start: range.start, end: Math.max(range.start, range.end - 1) })
      .filter(({ start, end }) => start === range.start && end >= range.end - 1);
    const first = exact[0];
    return (
      first !== undefined &&
      first.end <= range.end &&
      !/comment|annot|attrib|decor/.test(first.type)
    );
  }

  /**
   * How many more errors the document has with `text` in the place of the next `replaced` units (on the cursor's line)
   * than without it, at most; ≤ 0 where nothing is wrong with it. What it leaves open may be closed behind it. Undefined
   * also where the document is so broken that its errors tell nothing.
   */
  newFaults(text: string, replaced = 0): number | undefined {
    const before = this.faults('', 0);
    if (before === undefined || before > MOST_FAULTS) return undefined;
    const after = this.faults(text, replaced);
    if (after === undefined || after <= before) return after === undefined ? after : after - before;
    const closers = this.closersOf(text);
    const closed = closers === '' ? after : (this.faults(text + closers, replaced) ?? after);
    return Math.min(after, closed) - before;
  }

  /** Ends the use of this object. */
  dispose(): void {
    for (const tree of this.trees.values()) tree?.dispose();
    this.trees.clear();
  }

  private faults(text: string, replaced: number): number | undefined {
    return this.parsed(text, replaced)?.faults().length;
  }

  /** What would close the brackets that `text` leaves open. */
  private closersOf(text: string): string {
    return (this.balance(text)?.opened ?? []).map(closerOf).reverse().join('');
  }

  private parsed(text: string, replaced = 0): SyntaxTree | undefined {
    const key = `${replaced} ${text}`;
    if (this.trees.has(key)) return this.trees.get(key);
    const { at: start } = this;
    const newText = withEndOfLine(text, this.eol);
    const tree = this.tree.withEdit({ start, oldEnd: start + replaced, newText }, this.parseMs);
    for (const [oldest, old] of this.trees) {
      if (this.trees.size < KEPT) break;
      old?.dispose();
      this.trees.delete(oldest);
    }
    this.trees.set(key, tree);
    return tree;
  }

  private rangeOf(text: string, from: number, to: number): { start: number; end: number } {
    return { start: this.offsetOf(text, from), end: this.offsetOf(text, to) };
  }

  /** Where the character at `index` of a candidate stands in the document. */
  private offsetOf(text: string, index: number): number {
    return this.at + withEndOfLine(text.slice(0, index), this.eol).length;
  }

  private indexOf(text: string, offset: number): number {
    let index = offset - this.at;
    while (index > 0 && this.offsetOf(text, index) > offset) index--;
    return index;
  }
}
