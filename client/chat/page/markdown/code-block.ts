import { element } from '../dom.js';
import { icon, type IconName } from '../icons.js';
import { t } from '../strings.js';
import { languageName } from './highlight.js';

export interface CodeAction {
  readonly icon: IconName;
  readonly label: string;
  /** Called with the block as it stands then. */
  readonly run: (block: CodeBlock, button: HTMLButtonElement) => void;
}

/** A fenced code block of an answer: what may be done with it above, below the code itself. */
export class CodeBlock {
  readonly element: HTMLElement;
  readonly target = element('code');
  readonly language: string;

  /**
   * @param info what stands behind the fence: a language, perhaps a file's name
   * @param index which of the answer's blocks it is, from 0
   */
  constructor(
    info: string,
    readonly index: number,
    actions: readonly CodeAction[],
  ) {
    const [first = '', ...rest] = info.split(/[\s:]+/);
    this.language = first.toLowerCase();
    const name = languageName(this.language) ?? first;
    const label = rest.length > 0 ? rest.join(' ') : name;
    this.element = element(
      'div',
      { class: 'code-block' },
      element(
        'div',
        { class: 'code-head' },
        element('span', { class: 'code-name', text: label || t('Code') }),
        ...actions.map((action) => this.button(action)),
      ),
      element(
        'pre',
        {
          attributes: {
            tabindex: '0',
            role: 'region',
            'aria-label': t('Code block {0}: {1}', index + 1, label || t('Code')),
          },
        },
        this.target,
      ),
    );
  }

  get code(): string {
    return this.target.textContent;
  }

  private button(action: CodeAction): HTMLButtonElement {
    const button = element(
      'button',
      {
        class: 'quiet small',
        attributes: { type: 'button', title: action.label },
        on: {
          click: () => {
            action.run(this, button);
          },
        },
      },
      icon(action.icon),
      element('span', { class: 'label', text: action.label }),
    );
    return button;
  }
}
