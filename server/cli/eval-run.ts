import { closeSync, existsSync, writeSync } from 'node:fs';
import path from 'node:path';
import { defaultSettings } from '../../protocol/index.js';
import type { Engine } from '../engine/contract.js';
import type { DeviceSetting } from '../engine/device/choose-device.js';
import type { Isolation } from '../eval/execute/isolation.js';
import { EngineLoader } from '../models/load-engine.js';
import { CliError } from './cli-error.js';
import { endedByInterrupt } from './interrupt.js';
import { withLoadLine } from './load-line.js';
import { openOutput } from './output-file.js';
import { dim } from './terminal.js';

/** What runs of `lacuna eval` have in common, whatever they measure. */
export interface EvalModel {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly threads: number;
  /** Tokens of prompt and answer. */
  readonly contextLength: number;
}

/** Loads the model; Ctrl-C ends the process meanwhile. */
export function loadForEval(
  { model: flag, device, threads, contextLength }: EvalModel,
  packageRoot: string,
): Promise<Engine> {
  const { kvCache } = defaultSettings;
  const request = { flag, device, insist: true, threads, contextLength, kvCache };
  const loader = new EngineLoader(packageRoot);
  return endedByInterrupt(() =>
    withLoadLine(process.stderr, (onProgress) => loader.load(request, onProgress)),
  );
}

/** The data set that somebody named, or else the one of this name that comes with the source. @throws CliError */
export function datasetFile(dataset: string | undefined, own: string, packageRoot: string): string {
  const file = dataset ?? path.join(packageRoot, 'eval', own);
  if (dataset !== undefined || existsSync(file)) return file;
  throw new CliError(
    'no data set is named, and the one that comes with the source is not here',
    'Name a JSONL file; `lacuna eval build` makes one of a source tree.',
  );
}

/** So many of them, evenly from all: they may be sorted by file. */
export function spread<T>(all: readonly T[], limit = Infinity): T[] {
  if (limit >= all.length) return [...all];
  const step = all.length / limit;
  return Array.from({ length: limit }, (_, at) => all[Math.floor(at * step)]).flatMap(
    (each) => each ?? [],
  );
}

/** Writes a JSON object a line, so that what was done is there when a run is ended early. */
export function predictionWriter(file: string | undefined): {
  line(prediction: object): void;
  close(): void;
} {
  if (file === undefined) return { line: () => undefined, close: () => undefined };
  const descriptor = openOutput(file);
  return {
    line: (prediction) => writeSync(descriptor, `${JSON.stringify(prediction)}\n`),
    close: () => {
      closeSync(descriptor);
    },
  };
}

/** Says so where programs cannot be kept from the network. */
export function warnOfIsolation({ namespaces }: Isolation): void {
  const { stderr } = process;
  const warning = 'No namespaces here: programs run with limits, but not apart from the network.\n';
  if (!namespaces) stderr.write(dim(warning, stderr));
}

export function showProgress(done: number, all: number): void {
  const { stderr } = process;
  if (stderr.isTTY)
    stderr.write(done < all ? `\r${dim(`${done} of ${all}`, stderr)}` : '\r\u001b[K');
}
