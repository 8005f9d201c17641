/**
 * Typed reading of a model file's metadata. A key of the wrong type is an error that names the key, the file
 * and what to do; whether a missing key is one, the caller decides.
 */

import { EngineError } from '../contract.js';
import type { MetadataValue, NativeModelFile } from '../native/addon.js';

const REMEDY =
  "Convert the model again with llama.cpp's convert_hf_to_gguf.py, or download another GGUF file of it.";

export class Metadata {
  constructor(private readonly file: NativeModelFile) {}

  get path(): string {
    return this.file.path;
  }

  string(key: string): string | undefined {
    return this.typed(key, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  /** An integer from 0 to 2⁵³ - 1. */
  count(key: string): number | undefined {
    return this.typed(key, 'a whole number', asCount);
  }

  number(key: string): number | undefined {
    return this.typed(key, 'a number', (value) => (typeof value === 'number' ? value : undefined));
  }

  strings(key: string): readonly string[] | undefined {
    return this.typed(key, 'an array of strings', (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined,
    );
  }

  counts(key: string): readonly number[] | undefined {
    return this.typed(key, 'an array of whole numbers', (value) => {
      if (!Array.isArray(value)) return undefined;
      const numbers = value.map((item: MetadataValue) => asCount(item));
      return numbers.every((number) => number !== undefined) ? numbers : undefined;
    });
  }

  /** `value` if the file has it, an error that names `key` otherwise. */
  require<T>(key: string, value: T | undefined): T {
    if (value === undefined) throw this.error(`it has no ${key}`);
    return value;
  }

  /** An error about this file, `reason` saying what is wrong with it. */
  error(reason: string, remedy = REMEDY, cause?: unknown): EngineError {
    return new EngineError(`${this.file.path} cannot be used: ${reason}`, remedy, { cause });
  }

  private typed<T>(
    key: string,
    wanted: string,
    convert: (value: MetadataValue) => T | undefined,
  ): T | undefined {
    const value = this.file.get(key);
    if (value === undefined) return undefined;
    const converted = convert(value);
    if (converted === undefined) throw this.error(`its ${key} is not ${wanted}`);
    return converted;
  }
}

function asCount(value: MetadataValue): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
