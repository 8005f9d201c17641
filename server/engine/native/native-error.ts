import { DeviceError, EngineError } from '../contract.js';
import type { Device, NativeError } from './addon.js';

/** What the addon threw, as the error the contract promises; an EngineError stays what it is. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (isNativeError(error)) return new EngineError(error.message, error.remedy, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new EngineError(
    `the native engine failed: ${message}`,
    'Restart the engine; if it fails again, report it with the output of `lacuna doctor`.',
    { cause: error },
  );
}

/** The same for what ended a request that ran on `device`. */
export function toRequestError(error: unknown, device: Device): EngineError {
  const failure = toEngineError(error);
  const code = isNativeError(error) ? error.code : '';
  const ofDevice = code === 'device-lost' || (code === 'out-of-memory' && device === 'cuda');
  return ofDevice ? new DeviceError(failure.message, failure.remedy, { cause: error }) : failure;
}

export function closedError(): EngineError {
  return new EngineError('the engine is closed', 'Start the engine again.');
}

function isNativeError(error: unknown): error is NativeError {
  return (
    error instanceof Error &&
    typeof (error as Partial<NativeError>).code === 'string' &&
    typeof (error as Partial<NativeError>).remedy === 'string'
  );
}
