/** Holes that the command line and the language server must fill alike; `█` is the cursor. */
export const holes = {
  'member.ts': `import { workspace } from 'vscode';

export function readColumns(): number {
  const configuration = workspace.█
  return configuration.get('columns', 80);
}
`,
  'argument.ts': `export function total(prices: readonly number[]): number {
  return prices.reduce(█);
}
`,
  'body.ts': `export class Stack<T> {
  private readonly items: T[] = [];

  push(item: T): void {
    █
  }

  pop(): T | undefined {
    return this.items.pop();
  }
}
`,
  'opened.ts': `export function largest(values: readonly number[]): number {
  let best = -Infinity;
  for (const value of values) {█}
  return best;
}
`,
  'crlf.ts':
    'export function greet(name: string): string {\r\n  const greeting = █\r\n  return greeting;\r\n}\r\n',
  'astral.ts': `const faces = ['😀', '😎'];
export const first = '😀'; export const second = faces█
`,
} as const;
