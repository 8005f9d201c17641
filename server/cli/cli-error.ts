/** Something a person gave that cannot be used. One sentence each for what is wrong and what to do. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CliError';
  }
}

/** Exit codes: shells know 128 + 2 as "ended by Ctrl-C". */
export const exitCode = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;
