import { withoutCode } from './without-code.js';

export const mentionKinds = ['file', 'symbol', 'selection', 'problems', 'diff', 'repo'] as const;
export type MentionKind = (typeof mentionKinds)[number];

/** A mention in a question. */
export interface Mention {
  /** As it stands there: `@file:src/main.ts`. */
  readonly text: string;
  readonly kind: MentionKind;
  /** What stands behind the colon, without quotes and lines; empty where there is none. */
  readonly name: string;
  /** Zero-based, the last one included. */
  readonly lines?: { readonly first: number; readonly last: number };
}

const pattern =
  /(?<![^\s([{"'])@(?:(?<named>file|symbol):(?:"(?<quoted>[^"\n]+)"(?<behind>#L\d+(?:-L?\d+)?)?|(?<bare>[^\s"]+))|(?<plain>selection|problems|diff|repo)(?![\p{L}\p{N}_/:-]))/gu;

/** The mentions of a question, each once, in its order. What stands in code is none. */
export function parseMentions(question: string): Mention[] {
  const found = new Map<string, Mention>();
  for (const match of withoutCode(question).matchAll(pattern)) {
    const { named, quoted, behind = '', bare, plain } = match.groups ?? {};
    const mention = plain
      ? { text: match[0], kind: plain as MentionKind, name: '' }
      : named && withLines(named as MentionKind, quoted, bare ?? behind);
    if (mention) found.set(mention.text, mention);
  }
  return [...found.values()];
}

/** How a file or symbol of this name is mentioned. */
export function mentionOf(kind: MentionKind, name: string): string {
  return /^[^\s"]*[^\s".,;:!?)\]}'#]$/.test(name) && !/#L\d/.test(name)
    ? `@${kind}:${name}`
    : `@${kind}:"${name.replaceAll('"', '')}"`;
}

function withLines(
  kind: MentionKind,
  quoted: string | undefined,
  rest: string,
): Mention | undefined {
  // A sentence goes on behind a name, or ends there.
  const bare = quoted === undefined ? rest.replace(/[.,;:!?)\]}'"]+$/, '') : rest;
  const [all = '', name = '', first, last] = /^(.*?)(?:#L(\d+)(?:-L?(\d+))?)?$/s.exec(bare) ?? [];
  const wanted = quoted ?? (first === undefined ? all : name);
  if (wanted === '') return undefined;
  const text = quoted === undefined ? `@${kind}:${all}` : `@${kind}:"${quoted}"${all}`;
  if (first === undefined) return { text, kind, name: wanted };
  const from = Math.max(0, Number(first) - 1);
  const to = Math.max(from, Number(last ?? first) - 1);
  return { text, kind, name: wanted, lines: { first: from, last: to } };
}
