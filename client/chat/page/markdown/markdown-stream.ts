import { element, nextFrame } from '../dom.js';
import { CodeBlock, type CodeAction } from './code-block.js';
import { CodeStream } from './code-stream.js';
import { parser, renderMarkdown } from './render.js';
import {
  closesFence,
  mayBecomeFence,
  opensFence,
  settledLength,
  type OpenFence,
} from './settled.js';

/** Drawing takes at most one part in so many of the time, so that the page stays free for the person. */
const SHARE = 4;

/** A code block at the top level that is not closed yet. */
interface GrowingFence {
  readonly fence: OpenFence;
  readonly stream: CodeStream;
  readonly block: CodeBlock;
}

/**
 * Markdown that grows. Blocks that nothing can change any more are made once and never touched again; only what stands
 * behind them is made anew, at most once a frame, and a code block grows by what is new. So a frame costs the same
 * however long the answer is.
 */
export class MarkdownStream {
  readonly element = element('div', { class: 'markdown' });
  private readonly tail = element('div', { class: 'tail' });
  /** What the parser keeps of what is shown for good. */
  private readonly environment = {};
  private text = '';
  /** Characters that are shown for good. */
  private settled = 0;
  private blocks = 0;
  private growing: GrowingFence | undefined;
  private scheduled = false;
  /** Characters there were when it was drawn last. */
  private drawn = 0;
  private ended = false;

  /** @param onDrawn called when what is shown has changed by itself, not by `finish` */
  constructor(
    private readonly actions: readonly CodeAction[],
    private readonly onDrawn: () => void = () => undefined,
  ) {
    this.element.append(this.tail);
  }

  get markdown(): string {
    return this.text;
  }

  append(piece: string): void {
    this.text += piece;
    if (this.scheduled) return;
    this.scheduled = true;
    nextFrame(() => {
      this.draw();
    });
  }

  /** Everything has arrived: shows it, at once. */
  finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.drawAll();
    this.tail.remove();
  }

  private draw(): void {
    if (this.ended) return;
    const start = performance.now();
    this.drawAll();
    this.onDrawn();
    // What arrives meanwhile waits until the page has had its share of the time.
    setTimeout(
      () => {
        this.scheduled = false;
        if (this.text.length > this.drawn) this.append('');
      },
      (performance.now() - start) * SHARE,
    );
  }

  private drawAll(): void {
    this.drawn = this.text.length;
    while (this.step());
  }

  /** Shows the next part for good; false where nothing more can be. */
  private step(): boolean {
    const rest = this.text.slice(this.settled);
    if (this.growing) return this.grow(this.growing, rest);
    const fence = opensFence(rest);
    if (fence) {
      this.open(fence);
      return true;
    }
    const length = this.ended ? 0 : settledLength(parser, rest);
    if (length > 0) {
      this.settle(rest.slice(0, length));
      return true;
    }
    if (!this.ended) this.showTail(rest);
    else if (rest) this.settle(rest);
    return false;
  }

  private settle(text: string): void {
    const { content, blocks } = renderMarkdown(text, this.environment, this.blocks, this.actions);
    this.blocks += blocks;
    this.settled += text.length;
    this.tail.replaceChildren();
    this.tail.before(content);
  }

  private showTail(rest: string): void {
    const lineStart = rest.lastIndexOf('\n') + 1;
    const shown = mayBecomeFence(rest.slice(lineStart)) ? rest.slice(0, lineStart) : rest;
    const { content } = renderMarkdown(
      shown,
      structuredClone(this.environment),
      this.blocks,
      this.actions,
    );
    this.tail.replaceChildren(content);
  }

  private open(fence: OpenFence): void {
    const block = new CodeBlock(fence.info, this.blocks++, this.actions);
    this.tail.replaceChildren();
    this.tail.before(block.element);
    this.settled += fence.length;
    this.growing = { fence, block, stream: new CodeStream(block.target, block.language) };
  }

  /** Takes over whole lines, and the last one unless it may be the fence's end. */
  private grow({ fence, stream }: GrowingFence, rest: string): boolean {
    let code = '';
    let at = 0;
    for (;;) {
      const end = rest.indexOf('\n', at);
      const line = end < 0 ? rest.slice(at) : rest.slice(at, end);
      const complete = end >= 0 || this.ended;
      if (complete && closesFence(fence, line)) {
        stream.append(code);
        stream.finish();
        this.settled += end < 0 ? rest.length : end + 1;
        this.growing = undefined;
        return true;
      }
      if (end < 0) break;
      code += `${line.replace(new RegExp(`^ {0,${fence.indent}}`), '')}\n`;
      at = end + 1;
    }
    if (this.ended) {
      stream.append(code + rest.slice(at));
      stream.finish();
      this.settled = this.text.length;
      this.growing = undefined;
      return false;
    }
    stream.append(code);
    this.settled += at;
    const pending = rest.slice(at);
    stream.showPending(mayBecomeFence(pending) ? '' : pending);
    return false;
  }
}
