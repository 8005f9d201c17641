import { EngineError, type EngineInfo } from '../contract.js';
import type { Device } from '../native/addon.js';
import type { CudaProbe } from './probe.js';

export const deviceSettings = ['auto', 'cpu', 'cuda'] as const;

/** `auto` is the GPU where it works, else the CPU. */
export type DeviceSetting = (typeof deviceSettings)[number];

/** Where to compute, and what `EngineInfo` says of it. */
export interface DeviceChoice extends Pick<EngineInfo, 'deviceRemedy'> {
  readonly device: Device;
  readonly deviceReason: string;
}

/** Where to compute. `probe` is asked only if the answer depends on it. */
export async function chooseDevice(
  setting: DeviceSetting,
  probe: () => Promise<CudaProbe>,
): Promise<DeviceChoice> {
  if (setting === 'cpu') return { device: 'cpu', deviceReason: 'the CPU was asked for' };
  const found = await probe();
  if (!found.works) return withoutGpu(setting, found);
  const { name, driverVersion } = found.gpu;
  return { device: 'cuda', deviceReason: `${name} works, its driver is for CUDA ${driverVersion}` };
}

/**
 * The same for a person who would rather be told than wait for the CPU.
 *
 * @throws EngineError (as a rejection) where a GPU was asked for and cannot be used.
 */
export async function insistOnDevice(
  setting: DeviceSetting,
  probe: () => Promise<CudaProbe>,
): Promise<DeviceChoice> {
  const choice = await chooseDevice(setting, probe);
  const { deviceReason, deviceRemedy } = choice;
  if (deviceRemedy === undefined) return choice;
  throw new EngineError(`no GPU can be used: ${deviceReason}`, deviceRemedy);
}

/** The CPU, for what keeps the GPU from being used. */
export function withoutGpu(
  setting: DeviceSetting,
  { message, remedy }: { readonly message: string; readonly remedy: string },
): DeviceChoice {
  const choice: DeviceChoice = { device: 'cpu', deviceReason: message.replace(/\.$/, '') };
  return setting === 'cuda' ? { ...choice, deviceRemedy: remedy } : choice;
}
