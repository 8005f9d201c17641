import { advanced, changeOf, type Offer } from './offer.js';
import { edited, settle, type Accepted } from './retention.js';
import type { StatisticsEvent } from './statistics.js';

/** Something offered at a place of a document, UTF-16 units. */
export interface Offered {
  readonly offset: number;
  /** Units after `offset` that the text takes the place of. */
  readonly replaced: number;
  readonly text: string;
}

interface Tracked {
  text: string;
  offers: readonly Offer[];
  accepted: readonly Accepted[];
}

/**
 * Makes events of what the server sees: answers, edits, and what clients say. Holds the text of the open documents it has
 * offered something in, and no others. Times are milliseconds of any clock that does not go back.
 */
export class Tracker {
  private readonly documents = new Map<string, Tracked>();
  /** Whether the client says what it shows; until it does, what is offered counts as shown. */
  private saysWhatItShows = false;
  private readonly shown = new Set<string>();

  constructor(private readonly emit: (event: StatisticsEvent) => void) {}

  /** A document is offered `items`, in place of what it was offered before. */
  offered(uri: string, document: string, items: readonly Offered[]): void {
    const tracked = this.documents.get(uri) ?? { text: document, offers: [], accepted: [] };
    this.documents.set(uri, tracked);
    const before = tracked.offers;
    tracked.offers = items.map(({ offset, replaced, text }) => {
      const goesOn = before.find(
        (offer) => offer.offset === offset && offer.text.slice(offer.consumed) === text,
      );
      return goesOn ?? { document, offset, replaced, text, consumed: 0, counted: 0 };
    });
    const first = tracked.offers[0];
    const isNew = first !== undefined && !before.includes(first);
    if (isNew) this.shown.clear();
    if (isNew && !this.saysWhatItShows) this.countShown(first.text);
  }

  changed(uri: string, document: string, now: number): void {
    const tracked = this.documents.get(uri);
    if (!tracked) return;
    this.settleOne(tracked, now);
    tracked.accepted = edited(tracked.accepted, tracked.text, document);
    tracked.text = document;
    let taken: Accepted | undefined;
    tracked.offers = tracked.offers.flatMap((offer) => {
      const change = changeOf(offer, document);
      if (!change) return [];
      if (change.kind !== 'typed' && !taken) {
        const { offset, length, kind } = change;
        taken = {
          at: now,
          characters: length,
          spans: [{ start: offset, end: offset + length }],
          measured: 0,
        };
        const characters = offer.consumed + length - Math.max(offer.counted, offer.consumed);
        if (characters > 0) this.emit({ kind, characters });
      }
      return change.kind === 'accepted' ? [] : [advanced(offer, document)];
    });
    if (taken) tracked.accepted = [...tracked.accepted, taken];
    if (tracked.offers.length === 0 && tracked.accepted.length === 0) this.documents.delete(uri);
  }

  /** A client says that an item is on the screen. */
  didShow(text: string): void {
    this.saysWhatItShows = true;
    if (this.find(text)) this.countShown(text);
  }

  /** A client says how much of an item it has inserted; the edit may come before or after. */
  didPartiallyAccept(text: string, length: number): void {
    const found = this.find(text);
    if (!found) return;
    const { tracked, offer } = found;
    const characters = Math.min(length, text.length) - offer.counted;
    if (characters <= 0) return;
    this.emit({ kind: 'partiallyAccepted', characters });
    const counted = offer.counted + characters;
    tracked.offers = tracked.offers.map((each) => (each === offer ? { ...each, counted } : each));
  }

  /** Somebody turned to this document: nothing is offered in another any more. */
  focused(uri: string): void {
    for (const [each, tracked] of this.documents) {
      if (each === uri) continue;
      tracked.offers = [];
      if (tracked.accepted.length === 0) this.documents.delete(each);
    }
  }

  closed(uri: string, now: number): void {
    const tracked = this.documents.get(uri);
    if (tracked) this.settleOne(tracked, now);
    this.documents.delete(uri);
  }

  /** Says what there is to say of accepted texts by now. */
  settle(now: number): void {
    for (const tracked of this.documents.values()) this.settleOne(tracked, now);
  }

  private settleOne(tracked: Tracked, now: number): void {
    const { waiting, events } = settle(tracked.accepted, now);
    tracked.accepted = waiting;
    for (const event of events) this.emit(event);
  }

  private countShown(text: string): void {
    if (this.shown.has(text)) return;
    this.shown.add(text);
    this.emit({ kind: 'shown' });
  }

  private find(text: string): { tracked: Tracked; offer: Offer } | undefined {
    for (const tracked of this.documents.values()) {
      const offer = tracked.offers.find(
        (each) => each.text === text || each.text.slice(each.consumed) === text,
      );
      if (offer) return { tracked, offer };
    }
    return undefined;
  }
}
