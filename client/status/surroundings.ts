/** What beside the server decides whether anything is suggested. */
export interface Surroundings {
  /** Whether the person trusts the workspace. */
  readonly trusted: boolean;
  /** URI of the document in the editor that is written in, if there is one. */
  readonly document?: string;
  /** Language identifier of the editor that is written in, if there is one. */
  readonly language?: string;
  /** Whether the settings switch that language off. */
  readonly languageIsOff: boolean;
  /** When a snooze ends, as a clock shows it; absent where there is none. */
  readonly snoozedUntil?: string;
}

export const nothingSpecial: Surroundings = { trusted: true, languageIsOff: false };
