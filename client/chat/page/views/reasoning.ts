import { element } from '../dom.js';
import { MarkdownStream } from '../markdown/markdown-stream.js';
import { t } from '../strings.js';

/** What a reasoning model thinks before it answers: folded, and rendered only where somebody unfolds it. */
export class ReasoningView {
  readonly element = element('details', { class: 'fold reasoning', hidden: true });
  private readonly title = element('summary', { text: t('Thinking…') });
  private text = '';
  private shown: MarkdownStream | undefined;

  constructor() {
    this.element.append(this.title);
    this.element.addEventListener('toggle', () => {
      if (!this.element.open || this.shown) return;
      this.shown = new MarkdownStream([]);
      this.element.append(this.shown.element);
      this.shown.append(this.text);
      if (this.ended) this.shown.finish();
    });
  }

  private ended = false;

  append(text: string): void {
    this.text += text;
    this.element.hidden = false;
    this.shown?.append(text);
  }

  /** It answers now, or has ended. */
  finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.title.textContent = t('Thoughts');
    this.shown?.finish();
  }
}
