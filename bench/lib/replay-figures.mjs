// What a replay comes to.

/** Quantile `q` of numbers, linear between neighbours; null of none. */
function quantile(values, q) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}

const mean = (values) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values) => ({
  p50: quantile(values, 0.5),
  p95: quantile(values, 0.95),
  mean: mean(values),
});

/** How much of `text` is what is typed next, UTF-16 units. */
export function agreement(text, next) {
  let length = 0;
  while (length < text.length && text[length] === next[length]) length++;
  return length;
}

/**
 * @param keystrokes `{ asked, from, shown, next, ms }` each: `from` is where the answer came from, `shown` the item's text,
 *   `next` what was typed behind that moment
 * @param calls what the engine was asked
 */
export function figuresOf(edits, keystrokes, calls) {
  const requests = keystrokes.filter(({ asked }) => asked);
  const offers = requests.filter(({ shown }) => shown !== undefined);
  const count = (from) => requests.filter((each) => each.from === from).length;
  const perKeystroke = keystrokes.map(() => ({ inline: 0, ahead: 0, generated: 0 }));
  for (const { keystroke, lane, prefilled, generated } of calls) {
    const at = perKeystroke[keystroke];
    if (!at) continue;
    at[lane === 'inline' ? 'inline' : 'ahead'] += prefilled;
    if (lane === 'inline') at.generated += generated;
  }
  const asked = keystrokes.flatMap(({ from }, at) =>
    from === 'generated' ? [perKeystroke[at].inline] : [],
  );
  const ms = (from) => spread(offers.filter(from).map((each) => each.ms));
  const agreeing = offers.filter(({ shown, next }) => agreement(shown, next) === shown.length);
  const firstWord = offers.filter(({ shown, next }) => {
    const word = /^\s*(?:\w+|\S)/.exec(shown)?.[0] ?? shown;
    return agreement(shown, next) >= word.length;
  });
  const share = (part) => (offers.length === 0 ? null : part.length / offers.length);
  return {
    edits,
    keystrokes: keystrokes.length,
    requests: requests.length,
    answers: {
      known: count('known'),
      joined: count('joined'),
      generated: count('generated'),
      none: count('none'),
    },
    shown: offers.length,
    prefilledPerKeystroke: spread(perKeystroke.map(({ inline }) => inline)),
    prefilledPerGeneration: spread(asked),
    prefilledAheadPerKeystroke: mean(perKeystroke.map(({ ahead }) => ahead)),
    generatedPerKeystroke: mean(perKeystroke.map(({ generated }) => generated)),
    msHit: ms(({ from }) => from === 'known'),
    msMiss: ms(({ from }) => from !== 'known'),
    agreeing: share(agreeing),
    agreeingFirstWord: share(firstWord),
  };
}

const number = (value, digits = 1) => (value === null ? '–' : value.toFixed(digits));
const percent = (value) => (value === null ? '–' : `${(100 * value).toFixed(1)} %`);

/** Rows of a table, one column a run. */
export const rows = [
  ['edits', ({ edits }) => String(edits)],
  ['keystrokes', ({ keystrokes }) => String(keystrokes)],
  ['requests', ({ requests }) => String(requests)],
  ['known already', ({ answers }) => String(answers.known)],
  ['joined', ({ answers }) => String(answers.joined)],
  ['generated', ({ answers }) => String(answers.generated)],
  ['nothing to offer', ({ answers }) => String(answers.none)],
  ['completions shown', ({ shown }) => String(shown)],
  ['tokens prefilled a keystroke, p50', (f) => number(f.prefilledPerKeystroke.p50)],
  ['p95', (f) => number(f.prefilledPerKeystroke.p95)],
  ['mean', (f) => number(f.prefilledPerKeystroke.mean)],
  ['where the model was asked, p50', (f) => number(f.prefilledPerGeneration.p50)],
  ['p95', (f) => number(f.prefilledPerGeneration.p95)],
  ['mean', (f) => number(f.prefilledPerGeneration.mean)],
  ['worked ahead, mean a keystroke', (f) => number(f.prefilledAheadPerKeystroke)],
  ['tokens generated a keystroke, mean', (f) => number(f.generatedPerKeystroke)],
  ['keystroke to item, known: ms p50', (f) => number(f.msHit.p50)],
  ['p95', (f) => number(f.msHit.p95)],
  ['keystroke to item, by the model: ms p50', (f) => number(f.msMiss.p50)],
  ['p95', (f) => number(f.msMiss.p95)],
  ['shown and typed next, first word', (f) => percent(f.agreeingFirstWord)],
  ['shown and typed next, all of it', (f) => percent(f.agreeing)],
];

/** A table with a column for each `{ name, figures }`. */
export function table(runs) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...runs.map(({ name }) => name)]),
    line(['---', ...runs.map(() => '--:')]),
    ...rows.map(([name, cell]) => line([name, ...runs.map(({ figures }) => cell(figures))])),
  ].join('\n');
}
