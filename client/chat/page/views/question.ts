import { element } from '../dom.js';
import { questionParts } from '../mention-text.js';
import { t } from '../strings.js';
import { iconButton, textButton } from './buttons.js';

/** A question as it was asked, its mentions set off; it can be changed and asked again in its place. */
export class QuestionView {
  readonly element = element('div', { class: 'question' });
  private readonly text = element('p', { class: 'question-text' });
  private readonly edit = iconButton('edit', t('Edit and ask again'), () => {
    this.beginEdit();
  });

  constructor(
    private question: string,
    private readonly onResend: (question: string) => void,
  ) {
    this.show();
  }

  /** Whether it may be changed now. */
  set editable(editable: boolean) {
    this.edit.hidden = !editable;
  }

  beginEdit(): void {
    const input = element('textarea', {
      attributes: { rows: '3', 'aria-label': t('Question'), dir: 'auto' },
    });
    input.value = this.question;
    const end = (resend: boolean) => {
      const question = input.value.trim();
      if (resend && question) {
        this.question = question;
        this.show();
        this.onResend(question);
        return;
      }
      this.show();
      this.edit.focus();
    };
    input.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key === 'Escape') end(false);
      else if (event.key === 'Enter' && !event.shiftKey) end(true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.element.replaceChildren(
      element('div', { class: 'field' }, input),
      element(
        'div',
        { class: 'row end' },
        textButton(t('Cancel'), () => {
          end(false);
        }),
        textButton(
          t('Ask again'),
          () => {
            end(true);
          },
          'primary',
        ),
      ),
    );
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
  }

  private show(): void {
    const parts = questionParts(this.question).map(({ text, mention }) =>
      mention ? element('span', { class: 'mention', text }) : text,
    );
    this.text.replaceChildren(...parts);
    this.text.dir = 'auto';
    this.element.replaceChildren(this.text, this.edit);
  }
}
