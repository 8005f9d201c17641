import type { EngineInfo } from '../../engine/contract.js';
import type { DeviceSetting } from '../../engine/device/choose-device.js';
import type { CudaProbe } from '../../engine/device/probe.js';
import type { CudaKernels, CudaPlan } from '../../engine/native/addon.js';
import { describeError } from '../../engine/describe-error.js';
import { formatBytes, type Check } from './check.js';

/** What most machines lack: nothing that anybody need do something about. */
const ABSENT = new Set(['no-driver', 'no-device']);
/** A GPU that is too old for this build, or a build that has nothing for GPUs. */
const UNSUPPORTED = 'unsupported';

/** The GPU, its driver and this build's kernels for it. `probe` is `undefined` where the CPU was asked for. */
export function checkGpu(
  setting: DeviceSetting,
  probe: CudaProbe | undefined,
  kernels: CudaKernels,
): Check {
  const name = 'GPU';
  const data = { setting, kernels, ...(probe && { probe }) };
  if (probe?.works) {
    const { gpu } = probe;
    const facts = [
      gpu.name,
      `compute capability ${gpu.capability}`,
      `${gpu.multiprocessors} multiprocessors`,
      `${formatBytes(gpu.freeBytes)} free of ${formatBytes(gpu.totalBytes)}`,
      `driver for CUDA ${gpu.driverVersion}`,
    ];
    const detail = `${facts.join(', ')}; a kernel ran and was right${describeKernels(kernels)}`;
    return { name, state: 'ok', detail, data };
  }
  const why = probe ? probe.message.replace(/\.$/, '') : 'the CPU was asked for';
  const found = { name, detail: `not used: ${why}${describeKernels(kernels)}`, data };
  if (!probe) return { ...found, state: 'note' };
  const { code, remedy } = probe;
  if (setting === 'cuda') return { ...found, state: 'problem', remedy };
  if (ABSENT.has(code)) return { ...found, state: 'note' };
  return { ...found, state: code === UNSUPPORTED ? 'note' : 'warning', remedy };
}

function describeKernels({ capabilities, neededDriver }: CudaKernels): string {
  if (capabilities.length === 0) return '';
  return `; this build has kernels for compute capability ${capabilities.join(', ')} and newer, and needs a driver for CUDA ${neededDriver}`;
}

/** Where the bytes of the model would lie on the GPU. `plan` may throw an EngineError or a NativeError: then it cannot. */
export function checkPlan(plan: () => CudaPlan): Check {
  try {
    return describePlan(plan());
  } catch (error) {
    const { message, remedy } = describeError(error);
    const detail = `the model cannot run on the GPU: ${message}`;
    return { name: 'GPU memory', state: 'warning', detail, remedy };
  }
}

function describePlan(plan: CudaPlan): Check {
  const { fits, freeBytes, neededBytes, note } = plan;
  const parts = [
    `weights ${formatBytes(plan.weightBytes)}`,
    `experts ${formatBytes(plan.expertBytes)}`,
    `KV cache ${formatBytes(plan.kvBytes)}`,
    `scratch ${formatBytes(plan.scratchBytes)}`,
  ];
  const facts = [
    `${formatBytes(neededBytes)} needed (${parts.join(', ')}), ${formatBytes(freeBytes)} free`,
    ...(note === '' ? [] : [note.replace(/\.$/, '')]),
  ];
  const found = { name: 'GPU memory', detail: facts.join('; '), data: { ...plan } };
  if (fits) return { ...found, state: 'ok' };
  const remedy =
    'Close other programs that use the GPU, lower lacuna.contextLength, or use a smaller model.';
  return { ...found, state: 'warning', remedy };
}

/** Which device the model was loaded on, and why. */
export function checkDevice({ device, deviceReason, deviceRemedy }: EngineInfo): Check {
  const detail = deviceReason === undefined ? device : `${device}: ${deviceReason}`;
  const found = { name: 'Device', detail, data: { device, deviceReason } };
  if (deviceRemedy === undefined) return { ...found, state: 'ok' };
  return { ...found, state: 'problem', remedy: deviceRemedy };
}
