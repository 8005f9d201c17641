import type { MentionItem } from '../../../../protocol/index.js';
import { element } from '../dom.js';
import { t } from '../strings.js';

const marks: Readonly<Record<MentionItem['kind'], string>> = {
  file: '▤',
  symbol: 'ƒ',
  selection: '▭',
  problems: '⚠',
  diff: '±',
  repo: '◈',
};

/** What an `@` may be completed with. The focus stays in the input, which says by `aria-activedescendant` what is chosen. */
export class MentionList {
  private readonly list = element('ul', {
    attributes: { id: 'mentions', role: 'listbox', 'aria-label': t('Context to add') },
  });
  readonly element = element(
    'div',
    { class: 'mentions', hidden: true },
    this.list,
    element('p', {
      class: 'hint',
      text: t('Enter adds it to the question, Shift+Enter to the whole conversation'),
    }),
  );
  private items: readonly MentionItem[] = [];
  private chosen = 0;

  constructor(
    private readonly input: HTMLTextAreaElement,
    /** `pinned`: for the whole conversation. */
    private readonly onPick: (item: MentionItem, pinned: boolean) => void,
  ) {}

  get open(): boolean {
    return !this.element.hidden;
  }

  show(items: readonly MentionItem[]): void {
    this.items = items;
    this.element.hidden = items.length === 0;
    this.list.replaceChildren(...items.map((item, i) => this.option(item, i)));
    this.choose(0);
  }

  close(): void {
    this.show([]);
  }

  /** Whether the key was for the list. */
  handleKey(key: string, shift: boolean): boolean {
    if (!this.open) return false;
    const { length } = this.items;
    if (key === 'ArrowDown') this.choose((this.chosen + 1) % length);
    else if (key === 'ArrowUp') this.choose((this.chosen + length - 1) % length);
    else if (key === 'Escape') this.close();
    else if (key === 'Enter' || key === 'Tab') this.pick(this.chosen, shift);
    else return false;
    return true;
  }

  private pick(index: number, pinned: boolean): void {
    const item = this.items[index];
    this.close();
    if (item) this.onPick(item, pinned);
  }

  private choose(index: number): void {
    this.chosen = index;
    for (const [i, option] of [...this.list.children].entries()) {
      option.setAttribute('aria-selected', String(i === index));
      if (i === index) option.scrollIntoView({ block: 'nearest' });
    }
    if (this.open) this.input.setAttribute('aria-activedescendant', `mention-${index}`);
    else this.input.removeAttribute('aria-activedescendant');
  }

  private option(item: MentionItem, index: number): HTMLElement {
    return element(
      'li',
      {
        attributes: { id: `mention-${index}`, role: 'option' },
        on: {
          // Not click: the input must not lose the focus.
          mousedown: (event) => {
            event.preventDefault();
            this.pick(index, event.shiftKey);
          },
        },
      },
      element('span', {
        class: 'mention-kind',
        text: marks[item.kind],
        attributes: { 'aria-hidden': 'true' },
      }),
      element('span', { class: 'mention-label', text: item.label }),
      element('span', { class: 'detail', text: item.detail }),
    );
  }
}
