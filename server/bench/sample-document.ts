import { Lcg } from './prompts.js';

/** A document at the place where somebody begins to type, and what is typed there. */
export interface SampleEdit {
  readonly prefix: string;
  readonly suffix: string;
  /** One keystroke a UTF-16 unit; plain ASCII. */
  readonly typed: string;
}

const verbs = [
  'read',
  'merge',
  'find',
  'count',
  'split',
  'render',
  'check',
  'load',
  'sort',
  'trim',
];
const nouns = [
  'line',
  'token',
  'range',
  'entry',
  'header',
  'user',
  'order',
  'path',
  'value',
  'node',
];
const types = ['string', 'number', 'boolean', 'readonly string[]', 'Map<string, number>'];

/** A share of a document, by tokens, that stands before the cursor. */
const BEFORE = 0.7;

/**
 * Made-up TypeScript of about `tokens` tokens with a function body half way down that is about to be typed, in
 * `keystrokes` keystrokes. The same arguments give the same text.
 */
export function sampleEdit(
  seed: string,
  tokens: number,
  keystrokes: number,
  countTokens: (text: string) => number,
): SampleEdit {
  const random = new Lcg(seed);
  const grow = (start: string, limit: number): string => {
    let text = start;
    for (let count = countTokens(text); count < limit;) {
      const next = functionText(random);
      text += next;
      count += countTokens(next);
    }
    return text;
  };
  const { head, body } = functionParts(random);
  const before = grow('import { readFileSync } from "node:fs";\n\n', tokens * BEFORE);
  const suffix = grow(`\n}\n\n`, tokens * (1 - BEFORE));
  let typed = body;
  while (typed.length < keystrokes) typed += `\n${statement(random)}`;
  return { prefix: `${before}${head}\n`, suffix, typed: typed.slice(0, keystrokes) };
}

function functionText(random: Lcg): string {
  const { head, body } = functionParts(random);
  return `${head}\n${body}\n}\n\n`;
}

function functionParts(random: Lcg): { head: string; body: string } {
  const [argument, type] = [name(random), pick(random, types)];
  const head = `export function ${name(random)}(${argument}: ${type}): ${pick(random, types)} {`;
  const lines = Array.from({ length: 2 + random.below(5) }, () => statement(random));
  return { head, body: lines.join('\n') };
}

function statement(random: Lcg): string {
  const [a, b, c] = [name(random), name(random), name(random)];
  switch (random.below(4)) {
    case 0:
      return `  const ${a} = ${b}(${c}, ${random.below(100)});`;
    case 1:
      return `  if (${a}.length > ${random.below(10)}) return ${b};`;
    case 2:
      return `  for (const ${a} of ${b}) ${c}.push(${a});`;
    default:
      return `  ${a}.set('${b}', ${c} + ${random.below(10)});`;
  }
}

function name(random: Lcg): string {
  const noun = pick(random, nouns);
  return `${pick(random, verbs)}${noun.slice(0, 1).toUpperCase()}${noun.slice(1)}`;
}

function pick<T>(random: Lcg, list: readonly [T, ...T[]] | readonly T[]): T {
  return list[random.below(list.length)] as T;
}
