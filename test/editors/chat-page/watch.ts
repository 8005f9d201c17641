import type { Page } from 'playwright-core';

/** Runs in the page before anything else: whatever hostile text does, it does by one of these. */
const trap = `
globalThis.fired = [];
globalThis.fire = (...what) => { globalThis.fired.push('fire ' + what.join()); };
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
  globalThis[name] = () => { globalThis.fired.push(name); };
addEventListener('securitypolicyviolation', ({ violatedDirective, sample, blockedURI }) => {
  globalThis.fired.push('policy ' + violatedDirective + ' ' + blockedURI + ' ' + sample);
});`;

/** What stands in the page and could not come from the page's own code. */
const strangers = `
[...document.querySelectorAll('#chat *')].flatMap((each) => {
  const wrong = [];
  const name = each.localName;
  const own = new Set(['svg', 'path', 'form', 'input', 'textarea', 'button', 'dialog', 'details', 'summary', 'label']);
  const drawn = own.has(name) && !each.closest('.markdown .tail, .markdown > :not(.code-block):not(.proposal)');
  const plain = /^(?:a|article|blockquote|br|code|div|em|h[1-6]|header|hr|li|main|ol|p|pre|s|section|span|strong|table|tbody|td|th|thead|tr|ul)$/;
  if (!drawn && !plain.test(name) && !each.closest('.code-block')) wrong.push('<' + name + '>');
  for (const { name: attribute, value } of each.attributes) {
    if (/^on/i.test(attribute)) wrong.push(attribute + '=' + value);
    if (/^(?:src|srcset|srcdoc|action|formaction|ping|data|poster|xlink:href|background)$/i.test(attribute))
      wrong.push(attribute + '=' + value);
    if (attribute === 'href' && !/^(?:https?|mailto):/.test(value)) wrong.push('href=' + value);
    if (attribute === 'style' && each.closest('.markdown')) wrong.push('style=' + value);
    if (attribute === 'id' && !/^mention(?:s|-\\d+)$/.test(value)) wrong.push('id=' + value);
  }
  return wrong;
})`;

/** Watches a page for anything that hostile text could bring about. */
export class Watch {
  private readonly seen: string[] = [];

  private constructor(private readonly page: Page) {}

  /** From the next load on. */
  static async over(page: Page, origin: string): Promise<Watch> {
    const watch = new Watch(page);
    await page.addInitScript(trap);
    page.on('dialog', (dialog) => {
      watch.seen.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => watch.seen.push(`error ${error.message}`));
    page.on('popup', () => watch.seen.push('popup'));
    page.on('framenavigated', (frame) => {
      if (!frame.url().startsWith(`${origin}/`)) watch.seen.push(`went to ${frame.url()}`);
    });
    page.on('request', (request) => {
      const allowed = ['/', '/page.js', '/page.css', '/request', '/news'];
      const url = new URL(request.url());
      if (url.origin !== origin || !allowed.includes(url.pathname))
        watch.seen.push(`request ${request.url()}`);
    });
    return watch;
  }

  /** Everything that should not have happened so far, and everything that should not be there now. */
  async findings(): Promise<readonly string[]> {
    const fired = await this.page.evaluate<string[]>('globalThis.fired');
    const there = await this.page.evaluate<string[]>(strangers);
    return [...this.seen, ...fired, ...there];
  }
}
