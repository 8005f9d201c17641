import { element } from '../dom.js';
import { t } from '../strings.js';
import { iconButton } from './buttons.js';

export interface HeaderActions {
  readonly fresh: () => void;
  readonly history: () => void;
  readonly export: () => void;
  readonly rename: (title: string) => void;
}

/** The conversation's title, which can be changed in place, and what may be done with the whole of it. */
export class Header {
  private readonly title = element('h1', {
    class: 'conversation-title',
    attributes: { tabindex: '-1' },
  });
  private readonly rename = iconButton('edit', t('Rename'), () => {
    this.beginRename();
  });
  private readonly export: HTMLButtonElement;
  readonly element: HTMLElement;

  constructor(private readonly actions: HeaderActions) {
    this.export = iconButton('copy', t('Export as Markdown'), actions.export);
    this.element = element(
      'header',
      { class: 'row' },
      this.title,
      this.rename,
      element('span', { class: 'space' }),
      this.export,
      // In VS Code they stand in the title of the view.
      element(
        'span',
        { class: 'row only-web' },
        iconButton('history', t('Conversations'), actions.history, { 'aria-haspopup': 'dialog' }),
        iconButton('add', t('New conversation'), actions.fresh),
      ),
    );
  }

  /** An empty title: a conversation that has not begun. */
  show(title: string): void {
    this.title.textContent = title || t('New conversation');
    this.title.title = title;
    this.rename.hidden = this.export.hidden = title === '';
  }

  private beginRename(): void {
    const before = this.title.textContent;
    const input = element('input', {
      class: 'conversation-title',
      attributes: { type: 'text', 'aria-label': t('Title'), maxlength: '200' },
    });
    input.value = before;
    let ended = false;
    const end = (keep: boolean) => {
      // An input that is taken away loses the focus, and ends once more.
      if (ended) return;
      ended = true;
      input.replaceWith(this.title);
      const title = input.value.trim();
      if (keep && title && title !== before) this.actions.rename(title);
      this.rename.focus();
    };
    input.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      // The same key would press the button that gets the focus.
      event.preventDefault();
      end(event.key === 'Enter');
    });
    input.addEventListener('blur', () => {
      end(true);
    });
    this.title.replaceWith(input);
    input.focus();
    input.select();
  }
}
