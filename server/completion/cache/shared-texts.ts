import { ownedText, textBytes } from './owned-text.js';

/** Long texts that many hold, kept once each: the end of a document stays the same while somebody types. */
export class SharedTexts {
  private readonly holders = new Map<string, number>();
  private used = 0;

  /** What the texts take, about. */
  get bytes(): number {
    return this.used;
  }

  /** The same text, counted once more as held. */
  hold(text: string): string {
    const holders = this.holders.get(text);
    const own = holders === undefined ? ownedText(text) : text;
    if (holders === undefined) this.used += textBytes(text);
    this.holders.set(own, (holders ?? 0) + 1);
    return own;
  }

  /** Undoes one `hold`. */
  release(text: string): void {
    const holders = this.holders.get(text);
    if (holders === undefined) return;
    if (holders > 1) this.holders.set(text, holders - 1);
    else {
      this.holders.delete(text);
      this.used -= textBytes(text);
    }
  }
}
