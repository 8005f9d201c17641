import type { TokenUsage } from '../../../../protocol/index.js';
import { element } from '../dom.js';
import { count, t } from '../strings.js';
import { filled } from '../usage-text.js';

/** How full the context is after the latest turn. */
export class Meter {
  private readonly bar = element('span', { class: 'meter-fill' });
  private readonly text = element('span', { class: 'meter-text' });
  readonly element = element(
    'div',
    { class: 'meter', hidden: true, attributes: { role: 'img' } },
    element('span', { class: 'meter-bar' }, this.bar),
    this.text,
  );

  show(usage: TokenUsage | undefined, contextLength: number | undefined): void {
    const context = usage?.context ?? contextLength;
    this.element.hidden = context === undefined;
    if (context === undefined) return;
    const used = usage ? usage.prompt + usage.generated : 0;
    const part = usage ? filled(usage) : 0;
    this.bar.style.inlineSize = `${part * 100}%`;
    this.element.classList.toggle('full', part > 0.9);
    this.text.textContent = `${count(used)} / ${count(context)}`;
    const label = t('{0} of {1} tokens of context are in use', count(used), count(context));
    this.element.setAttribute('aria-label', label);
    this.element.title = label;
  }
}
