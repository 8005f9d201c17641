import { LONGEST_CODE, showCode } from './highlight.js';

/** What is coloured anew with every piece that arrives, at most; beyond it a part is kept as it is. */
const LONGEST_PART = 2000;

/**
 * Code that grows. Only its last part is coloured again with each piece; since a part is coloured without those before
 * it, a comment that spans two of them comes out wrong until `finish` colours everything once more.
 */
export class CodeStream {
  private text = '';
  private partStart = 0;
  private part: HTMLElement | undefined;
  private parts = 0;
  /** The beginning of a line that has not arrived whole. */
  private readonly pending = document.createElement('span');

  constructor(
    private readonly target: HTMLElement,
    private readonly language: string,
  ) {}

  /** Shows the beginning of a line, in the place of what was shown of it. */
  showPending(line: string): void {
    this.pending.textContent = line;
    if (!this.pending.isConnected) this.target.append(this.pending);
  }

  /** Takes over whole lines. */
  append(piece: string): void {
    if (piece === '') return;
    this.pending.textContent = '';
    this.text += piece;
    for (;;) {
      this.part ??= this.beginPart();
      const rest = this.text.slice(this.partStart);
      const end = rest.lastIndexOf('\n', LONGEST_PART) + 1;
      if (rest.length <= LONGEST_PART || end === 0) {
        showCode(this.part, rest, this.language);
        return;
      }
      showCode(this.part, rest.slice(0, end), this.language);
      this.partStart += end;
      this.part = undefined;
    }
  }

  /** Everything has arrived. */
  finish(): void {
    this.pending.remove();
    if (this.parts > 1 && this.text.length <= LONGEST_CODE)
      showCode(this.target, this.text, this.language);
    else if (this.parts === 1 && this.part) this.target.replaceChildren(...this.part.childNodes);
    this.part = undefined;
  }

  private beginPart(): HTMLElement {
    const part = document.createElement('span');
    if (this.pending.isConnected) this.pending.before(part);
    else this.target.append(part);
    this.parts++;
    return part;
  }
}
