/**
 * The first fenced code block of an answer, read as the answer comes. Lines within it are its text, of which the last may
 * only have begun.
 */
export class CodeBlockReader {
  private rest = '';
  private fence: { readonly mark: string; readonly indentation: number } | undefined;
  private lines: string[] = [];
  private closed = false;
  private all = '';

  /** @returns whether something was added to the block's text */
  push(piece: string): boolean {
    this.all += piece;
    if (this.closed) return false;
    const before = this.lines.length;
    this.rest += piece.replaceAll('\r', '');
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
    return this.lines.length > before;
  }

  /** Whether the block has ended: what comes behind it need not be read. */
  get done(): boolean {
    return this.closed;
  }

  /** The block's whole lines so far; undefined while none has begun. */
  get text(): string | undefined {
    return this.fence && this.lines.join('\n');
  }

  /**
   * What the answer gives once it has ended: its block, or where it has none and `loose` says that such a text will do,
   * all of it. Undefined where there is none.
   */
  finish(loose: (text: string) => boolean): string | undefined {
    if (!this.closed && this.rest !== '') this.line(this.rest);
    this.rest = '';
    if (this.fence) return this.lines.join('\n');
    const all = this.all.replaceAll('\r', '').replace(/^\s*\n|\s+$/g, '');
    return all !== '' && loose(all) ? all : undefined;
  }

  private line(line: string): void {
    if (this.closed) return;
    if (!this.fence) {
      // A backtick in the rest of the line means code within a sentence.
      const [, blanks = '', mark] = /^([ \t]*)(`{3,}|~{3,})[^`]*$/.exec(line) ?? [];
      if (mark !== undefined) this.fence = { mark, indentation: blanks.length };
      return;
    }
    const { mark, indentation } = this.fence;
    const [, blanks = '', end] = /^([ \t]*)(`{3,}|~{3,})[^`]*$/.exec(line) ?? [];
    const closes =
      end?.startsWith(mark) === true && line.trim() === end && blanks.length <= indentation + 3;
    // A fence behind a fence begins the block once more: the first one was given to the model, which wrote its own.
    if (this.lines.length === 0 && end?.startsWith(mark) === true)
      this.fence = { mark: end, indentation };
    else if (closes) this.closed = true;
    else this.lines.push(line);
  }
}

/** A fence that is longer than any within the texts. */
export function fenceFor(...texts: readonly string[]): string {
  const longest = Math.max(
    2,
    ...texts.flatMap((text) => [...text.matchAll(/`{3,}/g)].map(([run]) => run.length)),
  );
  return '`'.repeat(longest + 1);
}
