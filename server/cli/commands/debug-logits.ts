import { insistOnDevice, type DeviceSetting } from '../../engine/device/choose-device.js';
import { CudaProber } from '../../engine/device/probe.js';
import type { NativeEngineOptions } from '../../engine/native/addon.js';
import { deviceName } from '../../engine/native/engine.js';
import { findAddon, loadAddon } from '../../engine/native/load-addon.js';
import { CliError, exitCode } from '../cli-error.js';
import { endedByInterrupt } from '../interrupt.js';
import { withLoadLine } from '../load-line.js';
import { writeNpy } from '../npy.js';
import { readText } from '../read-file.js';
import { dim } from '../terminal.js';

export interface DebugLogitsOptions {
  readonly model: string;
  readonly tokens: string;
  readonly out: string;
  readonly device: DeviceSetting;
  readonly cpuPath: NonNullable<NativeEngineOptions['cpuPath']>;
  readonly chunk: number;
}

/**
 * `lacuna debug logits`: every position's logits for a list of tokens, float32 `[tokens, vocabulary]`, to be
 * compared with another engine's.
 */
export async function debugLogits(
  options: DebugLogitsOptions,
  packageRoot: string,
): Promise<number> {
  return endedByInterrupt(() => writeLogits(options, packageRoot));
}

async function writeLogits(
  { model, tokens: tokensFile, out, device: setting, cpuPath, chunk }: DebugLogitsOptions,
  packageRoot: string,
): Promise<number> {
  const tokens = parseTokens(readText(tokensFile), tokensFile);
  const addon = loadAddon(packageRoot);
  const prober = new CudaProber(findAddon(packageRoot));
  const { device } = await insistOnDevice(setting, () => prober.probe());
  const how = { contextLength: tokens.length, chunk, cpuPath, device };
  const engine = await withLoadLine(process.stderr, (onProgress) =>
    addon.loadEngine(model, how, onProgress),
  );
  try {
    const { vocabularySize, contextLength } = engine.info;
    if (tokens.length > contextLength) {
      throw new CliError(
        `${tokensFile} has ${tokens.length} tokens, but ${model} holds ${contextLength}`,
        `Give at most ${contextLength} tokens.`,
      );
    }
    const wrong = tokens.findIndex((token) => token >= vocabularySize);
    if (wrong >= 0) {
      throw new CliError(
        `token ${wrong + 1} of ${tokensFile} is ${tokens[wrong] ?? ''}, outside the vocabulary of ${vocabularySize}`,
        `Give ids from 0 to ${vocabularySize - 1}.`,
      );
    }
    const started = performance.now();
    const logits = await engine.logits(tokens, chunk);
    const seconds = (performance.now() - started) / 1000;
    writeNpy(out, logits, [tokens.length, vocabularySize]);
    const facts = [
      `${out}: float32 [${tokens.length}, ${vocabularySize}]`,
      `${(tokens.length / seconds).toFixed(1)} tokens/s`,
      deviceName(engine.info),
    ];
    process.stderr.write(`${dim(facts.join(' · '), process.stderr)}\n`);
    return exitCode.ok;
  } finally {
    await engine.close();
  }
}

/** @throws CliError unless the text is a JSON array of at least one token id. */
function parseTokens(text: string, file: string): Int32Array {
  const remedy = 'Give a JSON array of token ids, such as [1, 17, 4].';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CliError(`${file} is not JSON`, remedy, { cause: error });
  }
  if (!Array.isArray(value) || value.length === 0 || !value.every(isTokenId)) {
    throw new CliError(`${file} is not a list of token ids`, remedy);
  }
  return Int32Array.from(value);
}

function isTokenId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31;
}
