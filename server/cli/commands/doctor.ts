import { defaultSettings } from '../../../protocol/index.js';
import type { DeviceSetting } from '../../engine/device/choose-device.js';
import { loadOnDevice } from '../../engine/device/load-on-device.js';
import { CudaProber } from '../../engine/device/probe.js';
import type { NativeAddon, NativeEngineInfo } from '../../engine/native/addon.js';
import { loadNativeEngine } from '../../engine/native/engine.js';
import { findAddon, loadAddon } from '../../engine/native/load-addon.js';
import { defaultDeadlines } from '../../lsp/deadlines.js';
import { describeError } from '../../engine/describe-error.js';
import { availableMemory } from '../../models/available-memory.js';
import { findModel, type ModelChoice } from '../../models/find-model.js';
import { exitCode } from '../cli-error.js';
import { formatChecks, type Check } from '../doctor/check.js';
import { checkDevice, checkGpu, checkPlan } from '../doctor/gpu.js';
import { checkCpu, checkMemory, checkNode } from '../doctor/machine.js';
import { checkModelFile } from '../doctor/model.js';
import { checkTrial } from '../doctor/trial.js';
import { endedByInterrupt } from '../interrupt.js';
import { withLoadLine } from '../load-line.js';

export interface DoctorOptions {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly json?: true;
}

/** `lacuna doctor`: what completions need, whether it is there, and what to do where it is not. */
export async function doctor(options: DoctorOptions, packageRoot: string): Promise<number> {
  return endedByInterrupt(() => examine(options, packageRoot));
}

async function examine(options: DoctorOptions, packageRoot: string): Promise<number> {
  const checks: Check[] = [];
  for await (const found of allChecks(options, packageRoot)) checks.push(...found);
  const works = checks.every(({ state }) => state !== 'problem');
  if (options.json) process.stdout.write(`${JSON.stringify({ works, checks }, undefined, 2)}\n`);
  else {
    process.stdout.write(formatChecks(checks, process.stdout));
    process.stdout.write(`${verdict(checks, works)}\n`);
  }
  return works ? exitCode.ok : exitCode.failed;
}

function verdict(checks: readonly Check[], works: boolean): string {
  const isOk = (wanted: string) =>
    checks.some(({ name, state }) => name === wanted && state === 'ok');
  if (works && isOk('Fill-in')) return 'Completions work.';
  if (works && isOk('Chat')) return 'Chat works; completions need another model.';
  return 'Completions cannot work yet.';
}

/** Each look as soon as it is taken. What cannot be looked at without something missing is left out. */
async function* allChecks(
  { model: flag, device }: DoctorOptions,
  packageRoot: string,
): AsyncGenerator<readonly Check[]> {
  yield [checkNode(process.versions.node)];
  let addon: NativeAddon;
  let prober: CudaProber;
  try {
    addon = loadAddon(packageRoot);
    prober = new CudaProber(findAddon(packageRoot));
    yield [{ name: 'Engine', state: 'ok', detail: 'the native engine loads' }];
    const probe = device === 'cpu' ? undefined : await prober.probe();
    yield [checkCpu(addon.cpuFeatures()), checkGpu(device, probe, addon.cudaKernels())];
  } catch (error) {
    yield [problem('Engine', error)];
    return;
  }
  const environment = process.env['LACUNA_MODEL'];
  try {
    const choice = findModel({ flag, environment, packageRoot });
    try {
      yield* modelChecks(addon, choice, device, prober);
    } catch (error) {
      // A variable that was set long ago is the last thing a person thinks of.
      const note = choice.from === 'LACUNA_MODEL' ? ' (named by LACUNA_MODEL)' : '';
      yield [problem('Model', error, note)];
    }
  } catch (error) {
    yield [problem('Model', error)];
  }
}

async function* modelChecks(
  addon: NativeAddon,
  choice: ModelChoice,
  device: DeviceSetting,
  prober: CudaProber,
): AsyncGenerator<readonly Check[]> {
  yield checkModelFile(addon.openModelFile(choice.path), choice);
  const { threads, contextLength, maxTokens } = defaultSettings;
  const options = { threads, contextLength };
  if (device !== 'cpu' && (await prober.probe()).works) {
    yield [checkPlan(() => addon.planCuda(choice.path, options))];
  }

  const available = availableMemory();
  let info: NativeEngineInfo | undefined;
  const observed: NativeAddon = {
    ...addon,
    loadEngine: async (...parameters) => {
      const engine = await addon.loadEngine(...parameters);
      info = engine.info;
      return engine;
    },
  };
  const engine = await withLoadLine(process.stderr, (onProgress) =>
    loadOnDevice(
      { device, insist: false },
      () => prober.probe(),
      (chosen) => {
        const how = { ...options, device: chosen.device };
        return loadNativeEngine(observed, choice.path, how, onProgress, chosen);
      },
    ),
  );
  try {
    // What a model needs of the GPU's memory, the plan has said.
    if (info && info.device !== 'cuda') yield [checkMemory(info, available)];
    yield [checkDevice(engine.info)];
    yield [await checkTrial(engine, maxTokens, defaultDeadlines.completionMs)];
  } finally {
    await engine.close();
  }
}

function problem(name: string, error: unknown, note = ''): Check {
  const { message, remedy } = describeError(error);
  return { name, state: 'problem', detail: `${message}${note}`, remedy };
}
