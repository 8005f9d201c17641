import { icon } from '../icons.js';

/** Milliseconds. */
const FLASH_MS = 1500;

/** Shows a tick on a button for a moment, in the place of its drawing. */
export function flashDone(button: HTMLButtonElement): void {
  const drawing = button.querySelector('svg');
  if (!drawing || button.classList.contains('done')) return;
  const tick = icon('check');
  drawing.replaceWith(tick);
  button.classList.add('done');
  setTimeout(() => {
    tick.replaceWith(drawing);
    button.classList.remove('done');
  }, FLASH_MS);
}
