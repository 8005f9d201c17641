/** A completion that may be on the screen, and the text it was offered in. Offsets and lengths in UTF-16 units. */
export interface Offer {
  /** The document as it is now. */
  readonly document: string;
  /** Where the rest would be inserted. */
  readonly offset: number;
  /** Units after `offset` that the text takes the place of. */
  readonly replaced: number;
  /** The whole text that was offered. */
  readonly text: string;
  /** How much of it stands in the document by now. */
  readonly consumed: number;
  /** How much of it was typed, or counted as accepted. */
  readonly counted: number;
}

export type OfferChange =
  | {
      readonly kind: 'accepted' | 'partiallyAccepted';
      readonly offset: number;
      readonly length: number;
    }
  | { readonly kind: 'typed' };

/**
 * What a change of the document says about an offer: `undefined` where it has nothing to do with it. A single character,
 * or brackets and quotes that an editor closes by itself, are typed; several at once are taken from the offer. Nobody but
 * the client knows for sure.
 */
export function changeOf(offer: Offer, after: string): OfferChange | undefined {
  const { document, offset, replaced } = offer;
  const rest = offer.text.slice(offer.consumed);
  if (rest === '' || !after.startsWith(document.slice(0, offset))) return undefined;
  const behind = document.slice(offset + replaced);
  if (
    after.length === offset + rest.length + behind.length &&
    after.startsWith(rest, offset) &&
    after.endsWith(behind)
  ) {
    const kind = rest.length > 1 ? 'accepted' : 'typed';
    return kind === 'typed' ? { kind } : { kind, offset, length: rest.length };
  }
  const length = after.length - document.length;
  if (length < 1 || length >= rest.length) return undefined;
  const taken = rest.slice(0, length);
  if (!after.startsWith(taken, offset) || !after.endsWith(document.slice(offset))) return undefined;
  if (length === 1 || /^[()[\]{}<>"'`]{2}$/.test(taken)) return { kind: 'typed' };
  return { kind: 'partiallyAccepted', offset, length };
}

/** The offer after it was typed or accepted up to where `after` has it. */
export function advanced(offer: Offer, after: string): Offer {
  const length = after.length - offer.document.length;
  const consumed = offer.consumed + length;
  return {
    ...offer,
    document: after,
    offset: offer.offset + length,
    consumed,
    counted: Math.max(offer.counted, consumed),
  };
}
