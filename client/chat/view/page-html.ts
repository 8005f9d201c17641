/** What VS Code's page of the chat is filled with. */
export interface PageParts {
  /** Of an editor that speaks this language: `en`, `de`. */
  readonly lang: string;
  /** Allows the one script; new for each page. */
  readonly nonce: string;
  /** Addresses of what the extension ships. */
  readonly script: string;
  readonly style: string;
  /** Where VS Code serves what an extension ships from. */
  readonly source: string;
}

/** The chat's page for a webview, of the template that a browser's page is made of, too. */
export function pageHtml(template: string, { source, ...parts }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${parts.nonce}'`,
    `style-src ${source}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types dompurify',
  ].join('; ');
  const values: Readonly<Record<string, string>> = { ...parts, policy };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
}
