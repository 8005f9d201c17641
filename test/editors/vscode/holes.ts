import { marked, type MarkedText } from '../hole.js';
import { sourceHole } from '../source-hole.js';

/** A place in a file, and what is typed there before something is suggested. */
export interface TypedHole extends MarkedText {
  readonly typed: string;
}

/** `text` has a `█` where the cursor comes to stand after `typed`, which stands before it. */
function typedHole(text: string, typed: string): TypedHole {
  return { ...marked(text.replace(`${typed}█`, '█')), typed };
}

/** The one that the other editors are given, too. */
export const lineHole = typedHole(sourceHole, '.');

/** Several things could stand here. */
export const candidatesHole = typedHole(
  `export function isEmpty(text: string): boolean {
  return text█
}
`,
  't',
);

/** Between the brackets of a call: a line at most. */
export const callHole = typedHole(
  `import { readFileSync } from 'node:fs';

export function readJson(path: string): unknown {
  const text = readFileSync(█);
  return JSON.parse(text);
}
`,
  '(',
);

/** An empty body: its lines are wanted. */
export const bodyHole = typedHole(
  `export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) {█
  }
  return total;
}
`,
  '{',
);
