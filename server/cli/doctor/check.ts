import { dim, green, red, yellow, type Output } from '../terminal.js';

/** `note`: good to know. `warning`: it works, but not well. `problem`: completions cannot work. */
export type CheckState = 'ok' | 'note' | 'warning' | 'problem';

/** What one look at the machine or the model found. */
export interface Check {
  readonly name: string;
  readonly state: CheckState;
  readonly detail: string;
  /** What to do about it; present for warnings and problems. */
  readonly remedy?: string;
  /** Figures for programs. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** One line a check, with what to do below those that need it. */
export function formatChecks(checks: readonly Check[], stream: Output): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, state, detail, remedy }) => [
    `${mark(state, stream)} ${name.padEnd(width)}  ${detail}`,
    ...(remedy === undefined ? [] : [`  ${' '.repeat(width)}  → ${remedy}`]),
  ]);
  return `${lines.join('\n')}\n`;
}

/** Bytes for people: `11.5 MB`, powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}

function mark(state: CheckState, stream: Output): string {
  switch (state) {
    case 'ok':
      return green('✔', stream);
    case 'note':
      return dim('·', stream);
    case 'warning':
      return yellow('!', stream);
    case 'problem':
      return red('✘', stream);
  }
}
