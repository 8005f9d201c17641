import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { EngineError } from '../engine/contract.js';

/** One measurement. */
export interface Entry {
  /** Who was measured; see `Subject.identity`. */
  readonly identity: string;
  /** What was measured, e.g. `decode2048`. */
  readonly item: string;
  readonly value: number;
}

/**
 * The measurements so far; with a file also those of runs before, so that a long benchmark can be stopped and
 * taken up again. One JSON object a line.
 */
export class Journal {
  private constructor(
    private readonly entries: Entry[],
    private readonly file: string | undefined,
  ) {}

  /** @throws EngineError where the file is something else. */
  static open(file?: string): Journal {
    const text = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '';
    // What stands behind the last line end was being written when its run was killed.
    const lines = text.split('\n').slice(0, -1);
    const entries = lines.map((line, index) => {
      const entry = parse(line);
      if (entry) return entry;
      throw new EngineError(
        `${file ?? ''} cannot be taken up: line ${index + 1} is no measurement`,
        'Delete the file, or name another one.',
      );
    });
    const whole = Buffer.byteLength(lines.map((line) => `${line}\n`).join(''));
    if (file !== undefined && text !== '') truncateSync(file, whole);
    return new Journal(entries, file);
  }

  values(identity: string, item: string): number[] {
    return this.entries
      .filter((entry) => entry.identity === identity && entry.item === item)
      .map(({ value }) => value);
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    if (this.file !== undefined) appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}

function parse(line: string): Entry | undefined {
  try {
    const { identity, item, value } = JSON.parse(line) as Partial<Record<keyof Entry, unknown>>;
    if (typeof identity !== 'string' || typeof item !== 'string') return undefined;
    return typeof value === 'number' && Number.isFinite(value)
      ? { identity, item, value }
      : undefined;
  } catch {
    return undefined;
  }
}
