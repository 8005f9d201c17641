import type { BenchPart } from '../../bench/options.js';
import { findPeer } from '../../bench/peer/find-peer.js';
import { renderMarkdown, renderText } from '../../bench/report/render.js';
import { runBench } from '../../bench/run-bench.js';
import { insistOnDevice, type DeviceSetting } from '../../engine/device/choose-device.js';
import { CudaProber } from '../../engine/device/probe.js';
import { findAddon, loadAddon } from '../../engine/native/load-addon.js';
import { findModel } from '../../models/find-model.js';
import { exitCode } from '../cli-error.js';
import { endedByInterrupt } from '../interrupt.js';
import { dim } from '../terminal.js';
import { benchChat } from './bench-chat.js';
import { benchDrafts } from './bench-drafts.js';

export interface BenchOptions {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly threads: number;
  readonly chunk: number;
  readonly runs: number;
  readonly prefill: readonly number[];
  readonly depths: readonly number[];
  readonly keystrokes: number;
  /** Aborts to measure; `undefined` takes the default, and 0 none. */
  readonly aborts?: number;
  readonly replay?: true;
  readonly peer?: true;
  readonly drafts?: true;
  readonly chat?: true;
  readonly resume?: string;
  /** Seconds. */
  readonly atMost?: number;
  readonly json?: true;
  readonly markdown?: true;
}

/** Decoding steps of one measurement. */
const STEPS = 16;
const DEFAULT_ABORTS = 20;

/** `lacuna bench`: how fast this machine runs a model. Prints a table, or one JSON object. */
export async function bench(options: BenchOptions, packageRoot: string): Promise<number> {
  if (options.chat) return benchChat(options, packageRoot);
  const environment = process.env['LACUNA_MODEL'];
  const { path: model } = findModel({ flag: options.model, environment, packageRoot });
  const peer = options.peer && findPeer(packageRoot);
  const addon = loadAddon(packageRoot);
  const addonFile = findAddon(packageRoot);
  const prober = new CudaProber(addonFile);
  const { device } = await insistOnDevice(options.device, () => prober.probe());
  if (options.drafts) return benchDrafts(model, { ...options, device }, addon);
  const { threads, chunk, runs, prefill, depths, keystrokes } = options;
  const settings = {
    ...{ model, device, threads, chunk, keystrokes, peer, resume: options.resume },
    parts: partsOf(options),
    speed: { prefill, depths, runs, steps: STEPS },
    aborts: options.aborts ?? DEFAULT_ABORTS,
    atMostMs: (options.atMost ?? Infinity) * 1000,
    onProgress: (line: string) => {
      process.stderr.write(dim(`${line}\n`, process.stderr));
    },
  };
  const report = await endedByInterrupt(() => runBench(addon, addonFile, settings));
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(options.markdown ? renderMarkdown(report) : renderText(report));
  return exitCode.ok;
}

/** Everything; or where `--replay` or `--aborts` name a part, that part alone, and what `--peer` needs. */
function partsOf({ replay, aborts, keystrokes, peer }: BenchOptions): Set<BenchPart> {
  const all: BenchPart[] = ['speed', 'replay', 'aborts'];
  const named: Record<BenchPart, boolean> = {
    replay: replay === true,
    aborts: aborts !== undefined && aborts > 0,
    speed: peer === true,
  };
  const narrowed = named.replay || named.aborts;
  const parts = new Set(narrowed ? all.filter((part) => named[part]) : all);
  if (keystrokes === 0) parts.delete('replay');
  if (aborts === 0) parts.delete('aborts');
  return parts;
}
