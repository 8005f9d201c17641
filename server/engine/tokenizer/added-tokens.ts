/**
 * Tokens that are not the product of merges: they are cut out of the raw text before anything else looks
 * at it. Control tokens are cut out only where the caller vouches for the text (chat templates); in
 * documents they are plain characters, so that no file can forge a sentinel.
 */

export interface AddedToken {
  readonly id: number;
  /** The text it stands for, literally. */
  readonly content: string;
  readonly control: boolean;
}

/** A stretch of text between added tokens, or the id of one. */
export type Section = string | number;

/**
 * `<|…|>` and `<｜…｜>`, the way DeepSeek writes its control tokens. Many model files give some of them, the FIM
 * ones above all, the type of an ordinary token.
 */
export function looksLikeControl(content: string): boolean {
  return /^<([|｜])[^<>]+\1>$/u.test(content);
}

/** Cuts text at the leftmost, longest added token, again and again. Empty stretches are left out. */
export class AddedTokenSplitter {
  private readonly ids: ReadonlyMap<string, number>;
  private readonly pattern: RegExp | undefined;

  constructor(tokens: readonly AddedToken[]) {
    this.ids = new Map(tokens.map((token) => [token.content, token.id]));
    this.pattern = tokens.length > 0 ? anyOf([...this.ids.keys()]) : undefined;
  }

  split(text: string): Section[] {
    if (!this.pattern) return text === '' ? [] : [text];
    const sections: Section[] = [];
    let end = 0;
    for (const match of text.matchAll(this.pattern)) {
      const id = this.ids.get(match[0]);
      if (id === undefined) continue;
      if (match.index > end) sections.push(text.slice(end, match.index));
      sections.push(id);
      end = match.index + match[0].length;
    }
    if (end < text.length) sections.push(text.slice(end));
    return sections;
  }
}

/** Longest first, behind a look at the first character that keeps ordinary text cheap. */
function anyOf(contents: readonly string[]): RegExp {
  const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const firsts = [
    ...new Set(contents.map((content) => String.fromCodePoint(content.codePointAt(0) ?? 0))),
  ];
  const longestFirst = [...contents].sort((a, b) => b.length - a.length);
  return new RegExp(
    `(?=[${firsts.map(escaped).join('')}])(?:${longestFirst.map(escaped).join('|')})`,
    'gu',
  );
}
