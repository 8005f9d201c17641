import { element } from '../dom.js';
import { t } from '../strings.js';
import { textButton } from './buttons.js';

/** What an empty conversation shows: what this is, and how to begin. */
export function welcome(onPick: (question: string) => void): HTMLElement {
  const examples: readonly [label: string, question: string][] = [
    [t('Explain the selected code'), `${t('Explain the selected code')}: @selection`],
    [t('Find the cause of these problems'), `${t('Find the cause of these problems')}: @problems`],
    [t('Review my changes'), `${t('Review my changes')}: @diff`],
  ];
  return element(
    'div',
    { class: 'welcome' },
    element('div', { class: 'mark', attributes: { 'aria-hidden': 'true' } }),
    element('p', { class: 'lead', text: t('Ask about your code') }),
    element('p', {
      class: 'hint',
      text: t('The model runs on this machine. Nothing leaves it.'),
    }),
    element(
      'div',
      { class: 'examples' },
      ...examples.map(([label, question]) =>
        textButton(label, () => {
          onPick(question);
        }),
      ),
    ),
  );
}
