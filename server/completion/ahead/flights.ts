import type { CachePlace } from '../cache/completion-cache.js';
import { Flight, type Work } from './flight.js';

/** The generations under way, at most one a document. */
export class Flights {
  private readonly flights = new Map<string, Flight>();

  /** Begins one in the place of the one before, and joins it. */
  start(place: CachePlace, work: Work): Flight {
    this.abort(place.uri);
    const flight = new Flight(place, work);
    this.flights.set(place.uri, flight);
    void flight.ended.then(() => {
      if (this.flights.get(place.uri) === flight) this.flights.delete(place.uri);
    });
    flight.join();
    return flight;
  }

  /** Joins the one that may answer at `place`, if there is one. */
  join(place: CachePlace): Flight | undefined {
    const flight = this.flights.get(place.uri);
    if (!flight || flight.aborted || !flight.answer.serves(place)) return undefined;
    flight.join();
    return flight;
  }

  /** A document is `text` (LF line ends) by now: what does not agree with it ends. */
  changed(uri: string, text: string): void {
    this.flights.get(uri)?.changed(text);
  }

  abort(uri: string): void {
    this.flights.get(uri)?.abort();
    this.flights.delete(uri);
  }

  abortAll(): void {
    for (const uri of [...this.flights.keys()]) this.abort(uri);
  }
}
