import { activeBytes } from '../../bench/active-bytes.js';
import { measure, type BenchFigures, type BenchPlan } from '../../bench/measure.js';
import type { Spread } from '../../bench/statistics.js';
import type { NativeEngineInfo } from '../../engine/native/addon.js';
import { loadAddon } from '../../engine/native/load-addon.js';
import { findModel } from '../../models/find-model.js';
import { CliError, exitCode } from '../cli-error.js';
import { formatBytes } from '../doctor/check.js';
import { dim } from '../terminal.js';

export interface BenchOptions {
  readonly model?: string;
  readonly threads: number;
  readonly chunk: number;
  readonly runs: number;
  readonly prefill: readonly number[];
  readonly depths: readonly number[];
  readonly keystrokes: number;
  readonly json?: true;
}

const DECODE_TOKENS = 17;

/** `lacuna bench`: how fast this machine runs a model. Prints a table, or one JSON object. */
export async function bench(options: BenchOptions, packageRoot: string): Promise<number> {
  const environment = process.env['LACUNA_MODEL'];
  const { path } = findModel({ flag: options.model, environment, packageRoot });
  const addon = loadAddon(packageRoot);
  const file = addon.openModelFile(path);
  const trained = Number(file.get('deepseek2.context_length') ?? 0);
  const plan = planFor(options, trained);
  const contextLength =
    Math.max(...plan.prefill, ...plan.depths, plan.keystrokePrompt) +
    DECODE_TOKENS +
    plan.keystrokes +
    1;
  const started = performance.now();
  const engine = await addon.loadEngine(path, {
    contextLength,
    threads: options.threads,
    chunk: options.chunk,
  });
  const loadMs = performance.now() - started;
  try {
    const figures = await measure(engine, plan, (round) => {
      process.stderr.write(dim(`round ${round + 1} of ${plan.runs}\n`, process.stderr));
    });
    const facts = {
      loadMs,
      activeBytes: activeBytes(file),
      fileBytes: file.size,
      rssBytes: process.memoryUsage().rss,
    };
    const text = options.json
      ? json(path, engine.info, figures, facts)
      : table(engine.info, figures, facts);
    process.stdout.write(text);
    return exitCode.ok;
  } finally {
    await engine.close();
  }
}

/** Leaves out what the model's context cannot hold. */
function planFor({ prefill, depths, runs, keystrokes }: BenchOptions, trained: number): BenchPlan {
  const room = trained - DECODE_TOKENS - keystrokes - 1;
  const fits = (n: number): boolean => n <= room;
  const plan = {
    prefill: prefill.filter(fits),
    depths: depths.filter(fits),
    decodeTokens: DECODE_TOKENS,
    runs,
    keystrokes,
    keystrokePrompt: Math.max(1, Math.min(2000, Math.floor(room / 2))),
  };
  if (room > 0 && plan.prefill.length + plan.depths.length > 0) return plan;
  throw new CliError(
    `none of these lengths fits the model's context of ${trained} tokens`,
    'Give shorter ones with --prefill and --depths.',
  );
}

interface Facts {
  readonly loadMs: number;
  readonly activeBytes: number;
  readonly fileBytes: number;
  readonly rssBytes: number;
}

function json(model: string, info: NativeEngineInfo, figures: BenchFigures, facts: Facts): string {
  return `${JSON.stringify({ model, ...info, ...facts, ...figures })}\n`;
}

function table(info: NativeEngineInfo, figures: BenchFigures, facts: Facts): string {
  const rows: [string, string][] = [
    ['device', `cpu (${info.cpuPath}, ${info.threads} threads)`],
    ...Object.entries(figures.prefill).map(([n, spread]): [string, string] => [
      `prefill ${n}`,
      rate(spread),
    ]),
    ...Object.entries(figures.decode).map(([depth, spread]): [string, string] => [
      `decode at ${depth}`,
      `${rate(spread)}, ${formatBytes(facts.activeBytes * spread.median)}/s of weights`,
    ]),
    ['weights a token', `${formatBytes(facts.activeBytes)} at least`],
    ['KV cache a token', formatBytes(info.kvBytesPerToken)],
    ['memory', `${formatBytes(facts.rssBytes)} resident, file ${formatBytes(facts.fileBytes)}`],
    ['load', `${(facts.loadMs / 1000).toFixed(1)} s`],
  ];
  if (figures.keystroke) {
    const { msP50, msP95, prefilledP50 } = figures.keystroke;
    rows.push([
      'keystroke',
      `${msP50.toFixed(1)} ms p50, ${msP95.toFixed(1)} ms p95, ${prefilledP50} tokens prefilled p50`,
    ]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

function rate({ median, least, most, runs }: Spread): string {
  return `${median.toFixed(2)} tokens/s (${least.toFixed(2)} … ${most.toFixed(2)}, ${runs} runs)`;
}
