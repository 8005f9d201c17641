import { element } from './dom.js';

/**
 * Tells a screen reader what happened, in whole sentences: that an answer has begun, and that it is there. The answer itself
 * is not in a live region, which would read out every piece of it.
 */
export class Announcer {
  readonly element = element('div', {
    class: 'visually-hidden',
    attributes: { role: 'status', 'aria-live': 'polite' },
  });

  say(message: string): void {
    // The same sentence twice is read only if the element was empty in between.
    this.element.textContent = '';
    setTimeout(() => {
      this.element.textContent = message;
    }, 50);
  }
}
