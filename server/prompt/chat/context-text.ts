/** Texts beside the question: how the model is shown them, and how much of them fits. */

export type CountTokens = (text: string) => number;

export interface ContextText {
  /** What it is, for model and person: `src/main.ts, lines 3 to 9`. */
  readonly label: string;
  /** For the fence around it: `typescript`; empty where it has none. */
  readonly language: string;
  readonly text: string;
}

/** What became of a `ContextText`. */
export interface FittedText {
  /** As the model reads it; absent where it was left out. */
  readonly block?: string;
  /** The text in it. */
  readonly text?: string;
  readonly tokens: number;
  /** Why it was left out or shortened, for a person. */
  readonly note?: string;
}

/** Fewer tokens than this say too little to be worth a heading. */
const LEAST = 16;

/** A heading and a fence around a text, longer than any in the text. */
export function contextBlock({ label, language, text }: ContextText): string {
  let ticks = 3;
  for (const [run] of text.matchAll(/`{3,}/g)) ticks = Math.max(ticks, run.length + 1);
  const fence = '`'.repeat(ticks);
  return `${label}:\n${fence}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
}

/** Share of what is left that a text may take from those behind it. */
const SHARE = 3 / 4;
/** No token stands for more characters than about so many: a text that is longer than its room need not be counted. */
const MOST_TOKEN_CHARACTERS = 32;

/**
 * As many of `texts` as fit `room` tokens, in their order. One that is too long for what those behind it leave, three
 * quarters at least, is shortened to its first lines.
 */
export function fitTexts(
  texts: readonly ContextText[],
  room: number,
  countTokens: CountTokens,
): FittedText[] {
  const wholes = texts.map((text) => wholeWithin(text, room, countTokens));
  let left = room;
  let behind = wholes.reduce((sum, { tokens }) => sum + tokens, 0);
  return texts.map((text, i) => {
    const whole = wholes[i];
    behind -= whole?.tokens ?? 0;
    const share = Math.max(left - behind, Math.ceil(left * SHARE));
    const fits = whole !== undefined && whole.tokens <= share;
    const fitted = fits ? whole : shortened(text, share, countTokens);
    left -= fitted.tokens;
    return fitted;
  });
}

/** All of a text; one that is sure not to fit counts as more than the room, and is not read. */
function wholeWithin(context: ContextText, room: number, countTokens: CountTokens): Measured {
  if (context.text.length > MOST_TOKEN_CHARACTERS * room)
    return { block: '', text: '', tokens: room + 1 };
  return measured(context, countTokens);
}

function shortened(context: ContextText, room: number, countTokens: CountTokens): FittedText {
  const lines = context.text.split('\n');
  const head = (count: number) => ({ ...context, text: lines.slice(0, count).join('\n') });
  const fitting = (count: number) => {
    const shorter = head(count);
    if (shorter.text.length > MOST_TOKEN_CHARACTERS * room) return undefined;
    const result = measured(shorter, countTokens);
    return result.tokens <= room ? result : undefined;
  };
  let [fits, over] = [0, lines.length];
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (fitting(middle)) fits = middle;
    else over = middle;
  }
  const most = fits === 0 || room < LEAST ? undefined : fitting(fits);
  if (!most) return { tokens: 0, note: 'It does not fit the context.' };
  return { ...most, note: `Only its first ${fits} of ${lines.length} lines fit the context.` };
}

interface Measured {
  readonly block: string;
  readonly text: string;
  readonly tokens: number;
}

function measured(context: ContextText, countTokens: CountTokens): Measured {
  const block = contextBlock(context);
  // The blank line between blocks.
  return { block, text: context.text, tokens: countTokens(block) + countTokens('\n\n') };
}
