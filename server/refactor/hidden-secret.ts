import { REDACTED } from '../provenance/redact.js';

/** A part of a document as the model may see it, and the secret that is hidden in it. */
export interface ShownPart {
  readonly text: string;
  /** What `REDACTED` stands for in the text; absent where nothing was hidden. */
  readonly secret?: string;
}

/** What was hidden of a part. Undefined where there is more than one secret: nobody could tell which goes where. */
export function shownPart(original: string, redacted: string): ShownPart | undefined {
  if (original === redacted) return { text: original };
  // The part may have the placeholder's own text in it: any place will do at which the rest agrees.
  for (let at = redacted.indexOf(REDACTED); at >= 0; at = redacted.indexOf(REDACTED, at + 1)) {
    const head = redacted.slice(0, at);
    const tail = redacted.slice(at + REDACTED.length);
    const fits =
      original.length >= head.length + tail.length &&
      original.startsWith(head) &&
      original.endsWith(tail);
    if (fits && !original.includes(REDACTED))
      return { text: redacted, secret: original.slice(head.length, original.length - tail.length) };
  }
  return undefined;
}

/** The model's text with the secret back in its place. */
export function withSecret(text: string, { secret }: ShownPart): string {
  return secret === undefined ? text : text.replaceAll(REDACTED, () => secret);
}
