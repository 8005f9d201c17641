/** A document that an editor has open. */
export interface OpenText {
  readonly uri: string;
  readonly version: number;
  getText(): string;
}

/** Those that are open now. */
export interface OpenDocuments {
  all(): readonly OpenText[];
  get(uri: string): OpenText | undefined;
}
