import { measureDrafts, type DraftFigures } from '../../bench/drafts.js';
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
/** What the answer continues. */
const PROMPT = `/** The largest of some numbers. */
export function largest(values: readonly number[]): number {
  let best = -Infinity;
  for (const value of values) if (value > best) best = value;
  return best;
}

/** The smallest of some numbers. */
`;

/** `lacuna bench --drafts`: what copy drafts gain on this machine. Prints a table, or one JSON object. */
export async function benchDrafts(
  model: string,
  options: BenchDraftsOptions,
  addon: NativeAddon,
): Promise<number> {
  const { tokenizer } = describeModel(addon.openModelFile(model));
  const prompt = tokenizer.encode(PROMPT);
  const { device, threads, chunk, runs } = options;
  const contextLength = prompt.length + ANSWER_TOKENS + 1;
  const engine = await addon.loadEngine(model, { contextLength, device, threads, chunk });
  try {
    const plan = { prompt, answerTokens: ANSWER_TOKENS, runs, rows: ROWS };
    const figures = await measureDrafts(engine, plan);
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ model, ...engine.info, drafts: figures })}\n`
        : table(figures),
    );
    return exitCode.ok;
  } finally {
    await engine.close();
  }
}

function table({ plain, cases, passMs }: DraftFigures): string {
  const rows: [string, string][] = [['without drafts', `${spread(plain)} tokens/s`]];
  for (const [name, { rate, ratio, drafted, accepted }] of Object.entries(cases)) {
    const share = `${accepted} of ${drafted} drafted tokens accepted`;
    rows.push([`${name} text`, `${spread(rate)} tokens/s, × ${spread(ratio)}, ${share}`]);
  }
  const single = passMs[1]?.median ?? NaN;
  for (const [count, ms] of Object.entries(passMs)) {
    const times = (ms.median / single).toFixed(2);
    rows.push([`pass of ${count}`, `${spread(ms)} ms, × ${times}`]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

function spread({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(2)} … ${most.toFixed(2)})`;
}
