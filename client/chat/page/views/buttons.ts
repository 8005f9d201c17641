import { element } from '../dom.js';
import { icon, type IconName } from '../icons.js';

/** A button that shows a drawing; its label is for those who do not see it, and for those who point at it. */
export function iconButton(
  name: IconName,
  label: string,
  onClick: (event: MouseEvent) => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  return element(
    'button',
    {
      class: 'quiet',
      attributes: { type: 'button', title: label, 'aria-label': label, ...attributes },
      on: { click: onClick },
    },
    icon(name),
  );
}

/** A button that says what it does. */
export function textButton(
  label: string,
  onClick: (event: MouseEvent) => void,
  kind: 'primary' | 'secondary' | 'link' = 'secondary',
): HTMLButtonElement {
  return element('button', {
    class: kind,
    text: label,
    attributes: { type: 'button' },
    on: { click: onClick },
  });
}
