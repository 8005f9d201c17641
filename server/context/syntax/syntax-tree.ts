import { Parser, type Tree } from 'web-tree-sitter';
import { codeTokensIn } from './code-tokens.js';
import { constructsAround, type Construct } from './constructs.js';
import { placeOf, type CursorPlace } from './cursor-place.js';
import { delimitersIn, type Delimiter } from './delimiters.js';
import { faultsIn, type SyntaxFault } from './errors.js';
import type { Grammar } from './grammar.js';
import { identifiersNear, type NearIdentifier, type NearOptions } from './identifiers.js';
import { importsOf, type Import } from './imports.js';
import { nodesAround, type SyntaxNode } from './nodes.js';
import { bindingsAt, scopesAround, type Binding, type Scope } from './scopes.js';
import type { Source } from './source.js';
import { statementRunAround, type StatementRun } from './statement-run.js';
import { statementEndsIn } from './statements.js';
import { stringLinesOf } from './string-lines.js';
import { tagsIn, type Tags } from './tags.js';
import { applyEdit, treeEdit, type TextEdit } from './text-edit.js';
import type { TextRange } from './text-range.js';

/**
 * A text at one version, and what its syntax tells. Offsets are UTF-16 units from the start of the text, those outside
 * of it count as its ends; every answer is plain data that outlives the tree.
 */
export class SyntaxTree {
  private released = false;
  private importList: readonly Import[] | undefined;

  /** @param tree stays the caller's: `dispose` releases what this object holds of it and does not delete it */
  constructor(
    private readonly grammar: Grammar,
    private readonly tree: Tree,
    readonly text: string,
    readonly version: number,
    private readonly owned = false,
  ) {}

  /** The function whose text the cursor is in, with its signature; lambdas count. */
  enclosingFunction(offset: number): Construct | undefined {
    return this.enclosing(offset).find(({ kind }) => kind === 'function');
  }

  enclosingClass(offset: number): Construct | undefined {
    return this.enclosing(offset).find(({ kind }) => kind === 'class');
  }

  /** Functions and classes around the cursor, innermost first. */
  enclosing(offset: number): Construct[] {
    return constructsAround(this.source(), this.clamp(offset));
  }

  place(offset: number): CursorPlace {
    return placeOf(this.source(), this.clamp(offset));
  }

  /** Scopes around the cursor, innermost first. */
  scopesAt(offset: number): Scope[] {
    return scopesAround(this.source(), this.clamp(offset));
  }

  /** Names that can be used at the cursor, innermost scope first. */
  bindingsAt(offset: number): Binding[] {
    return bindingsAt(this.source(), this.clamp(offset));
  }

  imports(): readonly Import[] {
    return (this.importList ??= importsOf(this.source()));
  }

  /** Definitions and references; with a range, those that touch it. */
  tags(range?: TextRange): Tags {
    return tagsIn(this.source(), range && this.clampRange(range));
  }

  identifiersNear(offset: number, options?: NearOptions): NearIdentifier[] {
    return identifiersNear(this.source(), this.clamp(offset), options);
  }

  /** Named nodes around a range, smallest first. */
  nodesAround(range: TextRange): SyntaxNode[] {
    return nodesAround(this.source().root, this.clampRange(range));
  }

  /** Brackets and the quotes of strings in a range, in order. */
  delimiters(range: TextRange): Delimiter[] {
    return delimitersIn(this.source(), this.clampRange(range));
  }

  /** Where statements end within a range, in rising order. */
  statementEnds(range: TextRange): number[] {
    return statementEndsIn(this.source(), this.clampRange(range));
  }

  /** The statements that a range touches, in the innermost block that holds all of it. */
  statementsAround(range: TextRange): StatementRun {
    return statementRunAround(this.source(), this.clampRange(range));
  }

  /** Lines, from 0 and ended by LF alone, that begin inside a string. */
  stringLines(): ReadonlySet<number> {
    return stringLinesOf(this.source());
  }

  /** The tokens of a range without comments and docstrings. */
  codeTokens(range: TextRange): string[] {
    return codeTokensIn(this.source(), this.clampRange(range));
  }

  /** What does not parse, in a range or in all of the text. */
  faults(range?: TextRange): SyntaxFault[] {
    return faultsIn(this.source().root, range && this.clampRange(range));
  }

  /** The tree's s-expression, to compare and to look at. */
  toSExpression(): string {
    return this.source().root.toString();
  }

  /**
   * The tree as it would be with an edit, to judge a candidate in its place. It lives on its own: dispose of it.
   *
   * @returns undefined where parsing takes longer than the deadline
   */
  withEdit(edit: TextEdit, deadlineMs: number): SyntaxTree | undefined {
    this.source();
    const end = performance.now() + deadlineMs;
    const before = this.tree.copy();
    const parser = new Parser();
    try {
      const text = applyEdit(this.text, edit);
      before.edit(treeEdit(this.text, edit));
      parser.setLanguage(this.grammar.language);
      const progressCallback = () => performance.now() >= end;
      const tree = parser.parse(text, before, { progressCallback });
      return tree ? new SyntaxTree(this.grammar, tree, text, this.version, true) : undefined;
    } finally {
      before.delete();
      parser.delete();
    }
  }

  /**
   * The same tree, for who needs it longer than until the document's next change. It lives on its own: dispose of it.
   *
   * @returns undefined where this object's use has ended
   */
  copy(): SyntaxTree | undefined {
    if (this.released) return undefined;
    return new SyntaxTree(this.grammar, this.tree.copy(), this.text, this.version, true);
  }

  /** Ends the use of this object; whatever is asked of it afterwards throws. */
  dispose(): void {
    if (this.released) return;
    this.released = true;
    if (this.owned) this.tree.delete();
  }

  /** @throws Error where the document has changed since: its answers would be those of another text */
  private source(): Source {
    if (this.released)
      throw new Error(
        `the syntax tree of version ${this.version} was used after its document changed; ask the service again`,
      );
    return { grammar: this.grammar, root: this.tree.rootNode, text: this.text };
  }

  private clamp(offset: number): number {
    return Math.min(Math.max(offset, 0), this.text.length);
  }

  private clampRange({ start, end }: TextRange): TextRange {
    const from = this.clamp(start);
    return { start: from, end: Math.max(from, this.clamp(end)) };
  }
}
