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
  const runs = [...text.matchAll(/`{3,}/g)].map(([run]) => run.length);
  const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return `${label}:\n${fence}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
}

/** As many of `texts` as fit `room` tokens, in their order; the first that does not is shortened to its first lines. */
export function fitTexts(
  texts: readonly ContextText[],
  room: number,
  countTokens: CountTokens,
): FittedText[] {
  let left = room;
  return texts.map((text) => {
    const fitted = fitText(text, left, countTokens);
    left -= fitted.tokens;
    return fitted;
  });
}

function fitText(context: ContextText, room: number, countTokens: CountTokens): FittedText {
  const { text } = context;
  const whole = measured(context, countTokens);
  if (whole.tokens <= room) return whole;
  const lines = text.split('\n');
  let [fits, over] = [0, lines.length];
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    const shorter = { ...context, text: lines.slice(0, middle).join('\n') };
    if (measured(shorter, countTokens).tokens <= room) fits = middle;
    else over = middle;
  }
  const shortened = measured({ ...context, text: lines.slice(0, fits).join('\n') }, countTokens);
  if (fits === 0 || room < LEAST) return { tokens: 0, note: 'It does not fit the context.' };
  return { ...shortened, note: `Only its first ${fits} of ${lines.length} lines fit the context.` };
}

function measured(
  context: ContextText,
  countTokens: CountTokens,
): { block: string; text: string; tokens: number } {
  const block = contextBlock(context);
  // The blank line between blocks.
  return { block, text: context.text, tokens: countTokens(block) + countTokens('\n\n') };
}
