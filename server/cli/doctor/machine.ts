import { totalmem } from 'node:os';
import type { CpuFeatures, NativeEngineInfo } from '../../engine/native/addon.js';
import { formatBytes, type Check } from './check.js';

const leastNode = 20;

/** `version` is Node's own, without `v`. */
export function checkNode(version: string): Check {
  const major = Number.parseInt(version, 10);
  const found = { name: 'Node.js', detail: version, data: { version } };
  if (major >= leastNode) return { ...found, state: 'ok' };
  const remedy = `Install Node.js ${leastNode} or newer.`;
  return { ...found, state: 'problem', detail: `${version} is too old`, remedy };
}

export function checkCpu(cpu: CpuFeatures): Check {
  const names: readonly (keyof CpuFeatures)[] = [
    'avx2',
    'avxVnni',
    'avx512',
    'avx512vnni',
    'avx512bf16',
    'amxInt8',
    'amxBf16',
  ];
  const features = names.filter((name) => cpu[name] === true);
  const detail = `${cpu.model}, ${cpu.cores} cores, ${features.join(' ') || 'no AVX2: the engine computes with its scalar reference'}`;
  const found = { name: 'CPU', detail, data: { ...cpu } };
  if (cpu.avx2) return { ...found, state: 'ok' };
  const remedy =
    'Use an x86-64 machine with AVX2: the reference gives the same answers but takes many times longer.';
  return { ...found, state: 'warning', remedy };
}

/** `available` is what was available before the model was loaded, bytes. */
export function checkMemory(
  { weightBytes, kvBytes, scratchBytes }: NativeEngineInfo,
  available: number,
): Check {
  const working = kvBytes + scratchBytes;
  const needed = weightBytes + working;
  const parts = `weights ${formatBytes(weightBytes)}, KV cache ${formatBytes(kvBytes)}, scratch ${formatBytes(scratchBytes)}`;
  const found = {
    name: 'Memory',
    detail: `${formatBytes(needed)} needed (${parts}), ${formatBytes(available)} available of ${formatBytes(totalmem())}`,
    data: { needed, weightBytes, kvBytes, scratchBytes, available, total: totalmem() },
  };
  if (needed <= available) return { ...found, state: 'ok' };
  if (working <= available) {
    const remedy =
      'Close other programs or use a smaller model: weights will be read from disk again and again.';
    return { ...found, state: 'warning', remedy };
  }
  const remedy = 'Close other programs, lower lacuna.contextLength, or use a smaller model.';
  return { ...found, state: 'problem', remedy };
}
