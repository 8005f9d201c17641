import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly content: string;
}

const names = { html: 'index.html', script: 'page.js', style: 'page.css' } as const;

/** The chat's page, as the build leaves it. */
export class PageFiles {
  private readonly texts: Readonly<Record<keyof typeof names, string>>;

  /** @throws {Error} where the page was not built */
  constructor(folder: string) {
    const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
    this.texts = { html: read(names.html), script: read(names.script), style: read(names.style) };
  }

  /**
   * What stands at an address, or undefined.
   *
   * @param policy the page's Content-Security-Policy, which allows scripts that carry `nonce`
   */
  at(address: string, nonce: string, policy: string, lang: string): PageFile | undefined {
    if (address === '/page.js') return { type: 'text/javascript', content: this.texts.script };
    if (address === '/page.css') return { type: 'text/css', content: this.texts.style };
    if (address !== '/') return undefined;
    const values: Readonly<Record<string, string>> = {
      ...{ lang, nonce, policy, script: '/page.js', style: '/page.css' },
    };
    const content = this.texts.html.replace(
      /\{\{(\w+)\}\}/g,
      (_, name: string) => values[name] ?? '',
    );
    return { type: 'text/html', content };
  }
}
