import type { Spread } from '../statistics.js';
import type { BenchReport, MemoryFigures } from './figures.js';

/** One line of the table; empty where there is nothing to say. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
}

/** What tables of both kinds have in common: the same figures, rounded for reading. */
export function rowsOf(report: BenchReport): Row[] {
  const { prefill, decode, bytesPerToken, memory, load, peer } = report;
  const speed = (
    kind: 'prefill' | 'decode',
    mine: Readonly<Record<number, Spread>>,
    label: (length: number) => string,
  ): Row[] => {
    const lengths = new Set([...Object.keys(mine), ...Object.keys(peer?.[kind] ?? {})].map(Number));
    return [...lengths]
      .sort((a, b) => a - b)
      .map((length) => ({
        what: `${label(length)}, tokens/s`,
        ours: rate(mine[length]),
        peer: rate(peer?.[kind][length]),
        ratio: times(report.ratios[`${kind}${length}`]),
      }));
  };
  const own = (what: string, ours: string, theirs = ''): Row => {
    return { what, ours, peer: theirs, ratio: '' };
  };
  return [
    ...speed('prefill', prefill, (length) => `prefill ${count(length)}`),
    ...speed('decode', decode, (depth) => `decode behind ${count(depth)}`),
    ...Object.entries(decode).map(([depth, figures]) =>
      own(
        `bytes a token behind ${count(Number(depth))}`,
        `${bytes(figures.bytesPerToken)} (least ${bytes(figures.leastBytesPerToken)}), ${bytes(figures.bytesPerSecond)}/s`,
      ),
    ),
    own(
      'KV cache a token',
      `${count(bytesPerToken.cache)} bytes (least ${count(bytesPerToken.leastCache)})`,
    ),
    own('memory, file included', memoryText(memory), memoryText(peer?.memory ?? undefined)),
    own(
      'load to first token',
      seconds(load.firstTokenMs),
      peer?.firstTokenMs == null ? '' : seconds(peer.firstTokenMs),
    ),
    ...report.replay.flatMap(
      ({ layout, keystrokes, promptTokens, prefilledTokens, ms, coldMs }) => [
        own(
          `keystroke, ${layout} plan`,
          `${ms.p50.toFixed(1)} ms p50, ${ms.p95.toFixed(1)} ms p95 (cold ${coldMs.toFixed(0)} ms)`,
        ),
        own(
          `prefilled a keystroke, ${layout} plan`,
          `${prefilledTokens.p50} tokens p50, ${prefilledTokens.p95.toFixed(0)} p95 (${keystrokes} keys, prompt of ${count(promptTokens)})`,
        ),
      ],
    ),
    ...abortRows(report, own),
  ];
}

function abortRows({ aborts }: BenchReport, own: (what: string, ours: string) => Row): Row[] {
  if (!aborts) return [];
  const { prefillMs, decodeMs, aborts: count } = aborts;
  const text = ({ p50, p95 }: { p50: number; p95: number }): string =>
    `${p50.toFixed(1)} ms p50, ${p95.toFixed(1)} ms p95 (${count} aborts)`;
  return [
    own('abort to idle in prefill', text(prefillMs)),
    own('abort to idle in decode', text(decodeMs)),
  ];
}

/** What a reader has to know of the run to make sense of its table. */
export function headingOf({ model, machine, engine, peer }: BenchReport): string[] {
  const lines = [
    `${model.name}, ${bytes(model.fileBytes)}`,
    `${machine.cpu}, ${machine.cores} cores, ${bytes(machine.memoryBytes)} of memory`,
    `Lacuna: ${engine.gpu ?? `${engine.cpuPath}, ${threads(engine.threads)}`}, chunks of ${engine.chunk} tokens`,
  ];
  if (!peer) return lines;
  const amx = peer.withoutAmx ? ', without AMX: its AMX build crashes on this file' : '';
  const theirs = `llama.cpp ${peer.release} (${peer.package}): ${peer.device === 'cuda' ? 'CUDA' : threads(peer.threads)}, batches of ${peer.batch} tokens, f16 cache${amx}`;
  return [...lines, theirs];
}

/** Why cells of the table are empty. */
export function notesOf({ missing }: BenchReport): string[] {
  return Object.entries(missing).map(([item, reason]) => `${item}: ${reason}`);
}

function rate(spread: Spread | undefined): string {
  if (!spread) return '';
  const digits = spread.median < 100 ? 2 : 0;
  const [median, least, most] = [spread.median, spread.least, spread.most].map((value) =>
    value.toFixed(digits),
  );
  return `${median ?? ''} (${least ?? ''} … ${most ?? ''}, ${spread.runs} runs)`;
}

function times(ratio: number | null | undefined): string {
  return ratio == null ? '' : `${ratio.toFixed(2)}×`;
}

function memoryText(memory: MemoryFigures | undefined): string {
  if (!memory) return '';
  const { rssBytes, overFileBytes } = memory;
  const sign = overFileBytes < 0 ? '−' : '+';
  return `${bytes(rssBytes)} (file ${sign} ${bytes(Math.abs(overFileBytes))})`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function threads(n: number): string {
  return n === 1 ? '1 thread' : `${n} threads`;
}

/** `8,192`. */
function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** Powers of 1000: `10.4 GB`. */
function bytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, n)) / 3)));
  const value = n / 1000 ** power;
  return `${power === 0 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1)} ${units[power] ?? ''}`;
}
