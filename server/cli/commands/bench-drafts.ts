import { measureDrafts, type DraftFigures } from '../../bench/drafts.js';
import { measureModuleDrafts, type ModuleFigures } from '../../bench/module-drafts.js';
import type { Spread } from '../../bench/statistics.js';
import { describeModel } from '../../engine/model/describe-model.js';
import type { Device, NativeAddon } from '../../engine/native/addon.js';
import { exitCode } from '../cli-error.js';

export interface BenchDraftsOptions {
  readonly device: Device;
  readonly threads: number;
  readonly chunk: number;
  readonly runs: number;
  readonly json?: true;
}

const ANSWER_TOKENS = 64;
const ROWS = [2, 4, 6];
/** Tokens of the documents that the model's own module is measured with. */
const DOCUMENT_TOKENS = 400;
/** What the answer continues. */
const PROMPT = `/** The largest of some numbers. */
export function largest(values: readonly number[]): number {
  let best = -Infinity;
  for (const value of values) if (value > best) best = value;
  return best;
}

/** The smallest of some numbers. */
`;

/**
 * `lacuna bench --drafts`: what copied drafts gain on this machine, and what the model's own guesses do, where it has a module for
 * them. Prints a table, or one JSON object.
 */
export async function benchDrafts(
  model: string,
  options: BenchDraftsOptions,
  addon: NativeAddon,
): Promise<number> {
  const file = addon.openModelFile(model);
  const { tokenizer } = describeModel(file);
  const prompt = tokenizer.encode(PROMPT);
  const { device, threads, chunk, runs } = options;
  const hasModule = Number(file.get('deepseek2.nextn_predict_layers') ?? 0) > 0 && device === 'cpu';
  const contextLength =
    Math.max(prompt.length, hasModule ? DOCUMENT_TOKENS : 0) + ANSWER_TOKENS + 1;
  const engine = await addon.loadEngine(model, { contextLength, device, threads, chunk });
  try {
    const plan = { prompt, answerTokens: ANSWER_TOKENS, runs, rows: ROWS };
    const figures = await measureDrafts(engine, plan);
    const encode = (text: string): Int32Array => tokenizer.encode(text);
    const documents = { promptTokens: DOCUMENT_TOKENS, answerTokens: ANSWER_TOKENS, runs, encode };
    const module = hasModule ? await measureModuleDrafts(engine, documents) : undefined;
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ model, ...engine.info, drafts: figures, ...(module && { module }) })}\n`
        : table([...rowsOf(figures), ...(module ? moduleRows(module) : [])]),
    );
    return exitCode.ok;
  } finally {
    await engine.close();
  }
}

type Row = readonly [name: string, value: string];

function rowsOf({ plain, cases, passMs }: DraftFigures): Row[] {
  const rows: Row[] = [['without drafts', `${spread(plain)} tokens/s`]];
  for (const [name, { rate, ratio, drafted, accepted }] of Object.entries(cases)) {
    const share = `${accepted} of ${drafted} drafted tokens accepted`;
    rows.push([`${name} text`, `${spread(rate)} tokens/s, × ${spread(ratio)}, ${share}`]);
  }
  const single = passMs[1]?.median ?? NaN;
  for (const [count, ms] of Object.entries(passMs)) {
    const times = (ms.median / single).toFixed(2);
    rows.push([`pass of ${count}`, `${spread(ms)} ms, × ${times}`]);
  }
  return rows;
}

const CASES: Readonly<Record<keyof ModuleFigures['cases'], string>> = {
  copied: 'copies alone',
  chosen: 'with guesses',
  always: 'always guessing',
};

/** Greedy answers. */
function moduleRows({ plain, cases }: ModuleFigures): Row[] {
  const rows: Row[] = [['greedy', `${spread(plain)} tokens/s`]];
  for (const [name, { rate, ratio, guessed, accepted }] of Object.entries(cases)) {
    const percent = ((100 * accepted) / guessed).toFixed(0);
    const share = guessed > 0 ? `, ${accepted} of ${guessed} guesses accepted (${percent} %)` : '';
    const title = CASES[name as keyof typeof CASES];
    rows.push([title, `${spread(rate)} tokens/s, × ${spread(ratio)}${share}`]);
  }
  return rows;
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

function spread({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(2)} … ${most.toFixed(2)})`;
}
