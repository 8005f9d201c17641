import type { ChatAvailability } from '../../../../protocol/index.js';
import { element } from '../dom.js';
import type { Host } from '../host.js';
import { t } from '../strings.js';
import { textButton } from './buttons.js';

/** Says, where there is nobody to talk to, why, and what to do. */
export class Notice {
  readonly element = element('div', {
    class: 'notice',
    hidden: true,
    attributes: { role: 'status' },
  });
  private shown = '';

  constructor(private readonly host: Host) {}

  show(availability: ChatAvailability): void {
    const text = availability.available ? '' : `${availability.message} ${availability.remedy}`;
    if (text === this.shown) return;
    this.shown = text;
    this.element.hidden = availability.available;
    this.element.replaceChildren();
    if (availability.available) return;
    const loading = availability.reason === 'loading';
    this.element.classList.toggle('loading', loading);
    this.element.append(
      element('p', {}, element('strong', { text: availability.message })),
      element('p', { text: availability.remedy }),
    );
    if (!loading && this.host.can.chooseModel)
      this.element.append(
        textButton(
          t('Choose a model…'),
          () => {
            this.host.act({ kind: 'chooseModel' });
          },
          'primary',
        ),
      );
  }

  /** Something of the page's own. */
  warn(message: string): void {
    this.shown = message;
    this.element.hidden = message === '';
    this.element.classList.remove('loading');
    this.element.replaceChildren(element('p', { text: message }));
  }
}
