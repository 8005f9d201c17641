import { normalizeNewlines } from '../../prompt/newline.js';
import { isAutoClosed, MOST_AUTO_CLOSED } from '../cache/auto-closed.js';
import type { CachePlace } from '../cache/completion-cache.js';

/** What was generated so far of the answer at a place: the whole goes on behind it, or ends before where a filter cuts it. */
export class PartialAnswer {
  private generated: string;

  constructor(
    readonly place: CachePlace,
    generated = '',
  ) {
    this.generated = normalizeNewlines(generated);
  }

  /** LF line ends. */
  get text(): string {
    return this.generated;
  }

  /** More was generated: all of it is `text`. */
  grow(text: string): void {
    this.generated = normalizeNewlines(text);
  }

  /** Whether the whole may be the answer at `place` too: what was typed since is what it says so far, or begins with it. */
  serves({ uri, variant, prefix, suffix }: CachePlace): boolean {
    const from = this.place;
    if (uri !== from.uri || variant !== from.variant) return false;
    if (!prefix.startsWith(from.prefix) || !suffix.endsWith(from.suffix)) return false;
    const closers = suffix.slice(0, suffix.length - from.suffix.length);
    return isAutoClosed(closers) && this.agrees(prefix.slice(from.prefix.length));
  }

  /** Whether it may be one in a document that is `text` (LF line ends) by now, wherever the cursor stands in it. */
  servesIn(text: string): boolean {
    const { prefix, suffix } = this.place;
    if (text.length < prefix.length + suffix.length) return false;
    if (!text.startsWith(prefix) || !text.endsWith(suffix)) return false;
    const typed = text.slice(prefix.length, text.length - suffix.length);
    for (let closed = 0; closed <= Math.min(MOST_AUTO_CLOSED, typed.length); closed++) {
      const end = typed.length - closed;
      if (isAutoClosed(typed.slice(end)) && this.agrees(typed.slice(0, end))) return true;
    }
    return false;
  }

  private agrees(typed: string): boolean {
    return this.generated.startsWith(typed) || typed.startsWith(this.generated);
  }
}
