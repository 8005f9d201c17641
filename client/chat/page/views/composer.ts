import type { MentionItem } from '../../../../protocol/index.js';
import { element } from '../dom.js';
import { icon } from '../icons.js';
import { mentionAt } from '../mention-text.js';
import { t } from '../strings.js';
import { iconButton } from './buttons.js';
import { MentionList } from './mention-list.js';
import { Meter } from './meter.js';

/** Milliseconds without a key until mentions are asked for. */
const QUIET_MS = 60;

export interface ComposerActions {
  readonly send: (question: string) => void;
  readonly stop: () => void;
  readonly mentions: (query: string) => Promise<readonly MentionItem[]>;
  /** Pins a mention, or unpins one that is pinned. */
  readonly pin: (mention: string) => void;
  readonly editLast: () => void;
  readonly changed: (draft: string) => void;
}

/** Where questions are written. */
export class Composer {
  readonly meter = new Meter();
  private readonly input = element('textarea', {
    attributes: {
      rows: '1',
      dir: 'auto',
      'aria-label': t('Question'),
      'aria-autocomplete': 'list',
      'aria-controls': 'mentions',
      'aria-haspopup': 'listbox',
      placeholder: t('Ask about your code. @ adds context'),
    },
  });
  private readonly list = new MentionList(this.input, (item, pinned) => {
    this.replaceQuery(pinned ? '' : `${item.mention} `);
    if (pinned) this.actions.pin(item.mention);
  });
  private readonly button = element('button', {
    class: 'primary round',
    attributes: { type: 'button' },
    on: {
      click: () => {
        if (this.busy) this.actions.stop();
        else this.send();
      },
    },
  });
  private readonly pins = element('ul', {
    class: 'pins',
    hidden: true,
    attributes: { 'aria-label': t('Pinned context') },
  });
  readonly element = element(
    'form',
    { class: 'composer', attributes: { 'aria-label': t('Ask') } },
    this.list.element,
    this.pins,
    element(
      'div',
      { class: 'box' },
      this.input,
      element(
        'div',
        { class: 'row' },
        iconButton('at', t('Add context'), () => {
          this.beginMention();
        }),
        this.meter.element,
        element('span', { class: 'space' }),
        this.button,
      ),
    ),
  );
  private busy = false;
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly actions: ComposerActions) {
    this.input.addEventListener('input', () => {
      this.fit();
      actions.changed(this.input.value);
      this.lookForMention();
      this.showButton();
    });
    this.input.addEventListener('keydown', (event) => {
      if (this.handleKey(event)) event.preventDefault();
    });
    this.input.addEventListener('blur', () => {
      this.list.close();
    });
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
    });
    this.showButton();
  }

  set running(running: boolean) {
    this.busy = running;
    this.showButton();
  }

  set text(text: string) {
    this.input.value = text;
    this.fit();
    this.showButton();
  }

  focus(): void {
    this.input.focus();
  }

  /** Shows what every prompt of the conversation begins with. */
  showPins(mentions: readonly string[]): void {
    this.pins.hidden = mentions.length === 0;
    const items = mentions.map((mention) =>
      element(
        'li',
        { class: 'mention' },
        icon('pin'),
        element('span', { text: mention }),
        iconButton('close', t('Unpin {0}', mention), () => {
          this.actions.pin(mention);
        }),
      ),
    );
    this.pins.replaceChildren(...items);
  }

  private handleKey(event: KeyboardEvent): boolean {
    if (event.isComposing) return false;
    const { key } = event;
    if (this.list.handleKey(key, event.shiftKey)) return true;
    if (key === 'Enter' && !event.shiftKey) this.send();
    else if (key === 'Escape' && this.busy) this.actions.stop();
    else if (key === 'ArrowUp' && this.input.value === '') this.actions.editLast();
    else return false;
    return true;
  }

  private send(): void {
    const question = this.input.value.trim();
    if (question === '' || this.busy) return;
    this.text = '';
    this.actions.changed('');
    this.actions.send(question);
  }

  private beginMention(): void {
    const { value, selectionStart } = this.input;
    const before = value.slice(0, selectionStart);
    this.focus();
    this.input.setRangeText(
      /(?:^|\s)$/.test(before) ? '@' : ' @',
      selectionStart,
      selectionStart,
      'end',
    );
    this.input.dispatchEvent(new Event('input'));
  }

  private lookForMention(): void {
    clearTimeout(this.timer);
    const number = ++this.asked;
    const at = mentionAt(this.input.value, this.input.selectionStart);
    if (!at) {
      this.list.close();
      return;
    }
    this.timer = setTimeout(() => {
      void this.actions.mentions(at.query).then((items) => {
        if (number === this.asked) this.list.show(items);
      });
    }, QUIET_MS);
  }

  /** Puts a mention in the place of what was typed of it. */
  private replaceQuery(text: string): void {
    const cursor = this.input.selectionStart;
    const at = mentionAt(this.input.value, cursor);
    if (!at) return;
    this.input.setRangeText(text, at.start, cursor, 'end');
    this.actions.changed(this.input.value);
    this.fit();
    this.showButton();
  }

  private showButton(): void {
    const label = this.busy ? t('Stop') : t('Send');
    this.button.replaceChildren(icon(this.busy ? 'stop' : 'send'));
    this.button.title = label;
    this.button.setAttribute('aria-label', label);
    this.button.disabled = !this.busy && this.input.value.trim() === '';
  }

  /** As high as its text, up to a third of the page. */
  private fit(): void {
    this.input.style.blockSize = 'auto';
    this.input.style.blockSize = `${Math.min(this.input.scrollHeight, innerHeight / 3)}px`;
  }
}
