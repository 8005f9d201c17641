/** A grammar that cannot be used, in words a person can act on. */
export class GrammarError extends Error {
  override readonly name = 'GrammarError';
  readonly code = 'grammar';

  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}
