import { EngineError } from './contract.js';

export interface ErrorDescription {
  readonly message: string;
  readonly remedy: string;
}

/** What failed and what to do, of any error; the native addon's errors carry their own `remedy`. */
export function describeError(error: unknown): ErrorDescription {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof EngineError) return { message, remedy: error.remedy };
  const remedy = (error as { remedy?: unknown } | null)?.remedy;
  if (typeof remedy === 'string') return { message, remedy };
  return { message, remedy: 'Run `lacuna doctor` to find out more.' };
}
