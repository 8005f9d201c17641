import { chatRequests, type ConversationSummary } from '../../../../protocol/index.js';
import { element } from '../dom.js';
import type { Host } from '../host.js';
import { count, t } from '../strings.js';
import { iconButton, textButton } from './buttons.js';

/** Milliseconds without a key until conversations are searched. */
const QUIET_MS = 120;

const day = new Intl.DateTimeFormat(document.documentElement.lang || 'en', { dateStyle: 'medium' });
const time = new Intl.DateTimeFormat(document.documentElement.lang || 'en', { timeStyle: 'short' });

function when(changed: number): string {
  const date = new Date(changed);
  return date.toDateString() === new Date().toDateString() ? time.format(date) : day.format(date);
}

export interface HistoryActions {
  readonly open: (conversation: string) => void;
  readonly removed: (conversation: string) => void;
  readonly failed: (error: unknown) => void;
}

/** Earlier conversations, over the present one: searched by words, opened, removed. */
export class History {
  private readonly search = element('input', {
    attributes: {
      type: 'search',
      placeholder: t('Search conversations'),
      'aria-label': t('Search conversations'),
    },
  });
  private readonly list = element('ul', { class: 'conversations' });
  private readonly empty = element('p', { class: 'hint', hidden: true });
  readonly element = element(
    'dialog',
    { class: 'history', attributes: { 'aria-label': t('Conversations') } },
    element(
      'div',
      { class: 'row' },
      this.search,
      iconButton('close', t('Close'), () => {
        this.element.close();
      }),
    ),
    this.list,
    this.empty,
  );
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: Host,
    private readonly actions: HistoryActions,
  ) {
    this.search.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.refresh(), QUIET_MS);
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
      event.preventDefault();
      this.move(event.key === 'ArrowDown' ? 1 : -1);
    });
    this.element.addEventListener('click', (event) => {
      // On what lies behind it.
      if (event.target === this.element) this.element.close();
    });
  }

  async open(): Promise<void> {
    this.search.value = '';
    if (!this.element.open) this.element.showModal();
    this.search.focus();
    await this.refresh();
  }

  private async refresh(): Promise<void> {
    const number = ++this.asked;
    const query = this.search.value.trim();
    try {
      const found = await this.host.request(chatRequests.list, query ? { query } : {});
      if (number !== this.asked) return;
      this.list.replaceChildren(...found.map((summary) => this.item(summary)));
      this.empty.hidden = found.length > 0;
      this.empty.textContent = query ? t('Nothing found.') : t('No conversations yet.');
    } catch (error) {
      this.element.close();
      this.actions.failed(error);
    }
  }

  private item(summary: ConversationSummary): HTMLElement {
    const { id, title, changed, turns, excerpt } = summary;
    const facts = `${when(changed)} · ${turns === 1 ? t('1 question') : t('{0} questions', count(turns))}`;
    const item = element(
      'li',
      {},
      element(
        'button',
        {
          class: 'conversation',
          attributes: { type: 'button' },
          on: {
            click: () => {
              this.element.close();
              this.actions.open(id);
            },
          },
        },
        element('span', { class: 'title', text: title }),
        excerpt !== undefined && element('span', { class: 'excerpt', text: excerpt }),
        element('span', { class: 'detail', text: facts }),
      ),
      iconButton('trash', t('Delete {0}', title), () => {
        this.confirm(item, summary);
      }),
    );
    return item;
  }

  /** Asks in the entry's own place: it is gone from the disk afterwards. */
  private confirm(item: HTMLElement, summary: ConversationSummary): void {
    const keep = textButton(t('Keep'), () => {
      const again = this.item(summary);
      item.replaceWith(again);
      again.querySelector('button')?.focus();
    });
    const remove = textButton(
      t('Delete'),
      () => {
        void this.remove(summary.id);
      },
      'primary',
    );
    item.className = 'confirm';
    item.replaceChildren(
      element('span', { class: 'title', text: t('Delete {0}?', summary.title) }),
      keep,
      remove,
    );
    keep.focus();
  }

  private async remove(conversation: string): Promise<void> {
    try {
      await this.host.request(chatRequests.remove, { conversation });
      this.actions.removed(conversation);
      await this.refresh();
      this.search.focus();
    } catch (error) {
      this.element.close();
      this.actions.failed(error);
    }
  }

  private move(step: number): void {
    const entries = [...this.list.querySelectorAll<HTMLElement>('button.conversation')];
    const at = entries.findIndex((entry) => entry.parentElement?.contains(document.activeElement));
    const next = at + step;
    (entries[next] ?? (next < 0 ? this.search : entries.at(-1)))?.focus();
  }
}
