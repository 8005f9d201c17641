import { EngineError } from '../contract.js';
import type { NativeError } from './addon.js';

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
