/** Colours Markdown for a terminal while it is streamed: nothing that is written is ever taken back. */

import { bold, cyan, dim, type Output } from '../terminal.js';

type Style = (text: string, stream: Output) => string;

/** At most so many characters at the start of a line are looked at before it is known what kind of line it is. */
const LONGEST_MARK = 12;

/**
 * Fences are dim, code is coloured, headings are bold. Of control characters, line feeds and tabs alone are let through:
 * what a model writes must not move the cursor or set the title of a terminal.
 */
export class MarkdownPainter {
  /** The beginning of a line of which it is not known yet what it is. */
  private held = '';
  private atLineStart = true;
  private style: Style | undefined;
  /** What opened the block of code that we are in. */
  private fence = '';
  private inCode = false;

  constructor(private readonly stream: Output) {}

  /** What to write for the next characters. */
  paint(text: string): string {
    let painted = '';
    // eslint-disable-next-line no-control-regex -- what a model writes must not steer the terminal
    for (const part of (this.held + text).replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '').split(/(\n)/))
      if (part === '\n') painted += this.endLine();
      else if (part !== '') painted += this.part(part);
    return painted;
  }

  /** What was held back, when nothing more comes. */
  end(): string {
    const { held } = this;
    this.held = '';
    return held === '' ? '' : this.begin(held);
  }

  private part(text: string): string {
    if (!this.atLineStart) return this.styled(text);
    this.held = '';
    if (text.length < LONGEST_MARK && /^\s*(?:`{1,}|~{1,}|#{1,6})?[^\S\n]*$/.test(text)) {
      this.held = text;
      return '';
    }
    return this.begin(text);
  }

  private begin(text: string): string {
    this.atLineStart = false;
    const fence = /^\s*(`{3,}|~{3,})/.exec(text)?.[1];
    if (this.fence !== '') {
      const closes = fence?.startsWith(this.fence) === true;
      if (closes) this.fence = '';
      this.style = closes ? dim : cyan;
    } else if (fence !== undefined) {
      this.fence = fence;
      this.style = dim;
    } else this.style = /^#{1,6}\s/.test(text) ? bold : undefined;
    return this.styled(text);
  }

  private endLine(): string {
    const rest = this.held === '' ? '' : this.begin(this.held);
    this.held = '';
    this.atLineStart = true;
    this.inCode = false;
    this.style = undefined;
    return `${rest}\n`;
  }

  private styled(text: string): string {
    if (this.style) return this.style(text, this.stream);
    return text
      .split(/(`)/)
      .map((piece) => {
        if (piece === '') return '';
        const inside = this.inCode || piece === '`';
        if (piece === '`') this.inCode = !this.inCode;
        return inside ? cyan(piece, this.stream) : piece;
      })
      .join('');
  }
}
