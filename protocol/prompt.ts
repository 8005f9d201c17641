/** The latest prompt, for whoever wants to see what the model was shown. Result of `lacuna.lastPrompt`. */
export interface PromptReport {
  /** URI of the document that was completed. */
  readonly document: string;
  readonly model: string;
  /** Tokens of the whole prompt, and those at its beginning that were in the model's memory already. */
  readonly promptTokens: number;
  readonly residentTokens: number;
  /** Secrets that were left out. */
  readonly redactions: number;
  /** In the order in which the model read them. */
  readonly segments: readonly ReportedSegment[];
  /** All of it as Markdown. */
  readonly text: string;
}

/** A stretch of the prompt: text of a document, or a special token named by its role. */
export interface ReportedSegment {
  readonly kind: 'text' | 'special';
  /** The exact text, or the token's role. */
  readonly content: string;
  /** URI that the text came from; absent for special tokens. */
  readonly source?: string;
  /** Why a text of another file is there: `definition`, `type`, `import`, `edit`, `tab`; absent for the document's own. */
  readonly origin?: string;
  readonly tokens: number;
  readonly residentTokens: number;
}
