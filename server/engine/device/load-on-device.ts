import type { Engine } from '../contract.js';
import { toEngineError } from '../native/native-error.js';
import {
  chooseDevice,
  insistOnDevice,
  withoutGpu,
  type DeviceChoice,
  type DeviceSetting,
} from './choose-device.js';
import type { CudaProbe } from './probe.js';

export interface DeviceWish {
  readonly device: DeviceSetting;
  /** Where a GPU is asked for: fail rather than take the CPU in its place. */
  readonly insist: boolean;
}

/**
 * Loads a model where it can run: on the GPU if that is wanted, works and has room, else on the CPU. The engine's `info`
 * says which and why.
 *
 * @throws EngineError (as a rejection) as `load` does, or where a GPU was insisted on and cannot be used.
 */
export async function loadOnDevice(
  { device, insist }: DeviceWish,
  probe: () => Promise<CudaProbe>,
  load: (choice: DeviceChoice) => Promise<Engine>,
): Promise<Engine> {
  const choice = await (insist ? insistOnDevice : chooseDevice)(device, probe);
  if (choice.device === 'cpu') return load(choice);
  try {
    return await load(choice);
  } catch (error) {
    if (insist && device === 'cuda') throw error;
    // Where it is the file's fault, loading it on the CPU says so.
    return load(withoutGpu(device, toEngineError(error)));
  }
}
