import type { EngineInfo } from '../../engine/contract.js';
import type { DeviceSetting } from '../../engine/device/choose-device.js';
import type { CudaProbe } from '../../engine/device/probe.js';
import type { CudaKernels, CudaPlan } from '../../engine/native/addon.js';
import { formatBytes, type Check } from './check.js';

/** What most machines lack, and nobody need do anything about. */
const ORDINARY = new Set(['no-driver', 'no-device', 'unsupported']);

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
    const detail = `${facts.join(', ')}; ${describeKernels(kernels)}, and they compute what they should`;
    return { name, state: 'ok', detail, data };
  }
  const why = probe ? probe.message.replace(/\.$/, '') : 'the CPU was asked for';
  const found = { name, detail: `not used: ${why}; ${describeKernels(kernels)}`, data };
  if (!probe || (setting !== 'cuda' && ORDINARY.has(probe.code)))
    return { ...found, state: 'note' };
  return { ...found, state: setting === 'cuda' ? 'problem' : 'warning', remedy: probe.remedy };
}

function describeKernels({ capabilities, neededDriver }: CudaKernels): string {
  if (capabilities.length === 0) return 'this build has no kernels for GPUs of its own';
  return `this build has kernels for compute capability ${capabilities.join(', ')}, and newer, and needs a driver for CUDA ${neededDriver}`;
}

/** Where the bytes of the model would lie on the GPU. */
export function checkPlan(plan: CudaPlan): Check {
  const { fits, freeBytes, neededBytes, expertLayers, expertLayersOnDevice: onDevice } = plan;
  const parts = [
    `weights ${formatBytes(plan.weightBytes)}`,
    `KV cache ${formatBytes(plan.kvBytes)}`,
    `scratch ${formatBytes(plan.scratchBytes)}`,
  ];
  const experts =
    expertLayers === 0
      ? []
      : [`experts of ${onDevice} of ${expertLayers} layers on the GPU, of the others on the CPU`];
  const facts = [
    `${formatBytes(neededBytes)} needed (${parts.join(', ')}), ${formatBytes(freeBytes)} free`,
    ...(onDevice === expertLayers ? [] : experts),
    ...(plan.note === '' ? [] : [plan.note.replace(/\.$/, '')]),
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
