import assert from 'node:assert/strict';
import { Flight } from '../../../../server/completion/ahead/flight.js';
import { Flights } from '../../../../server/completion/ahead/flights.js';
import type { CachePlace } from '../../../../server/completion/cache/completion-cache.js';
import type { Completion } from '../../../../server/completion/completion.js';

const never = new AbortController().signal;
const at = (prefix: string, suffix = ''): CachePlace => ({
  ...{ uri: 'file:///a.ts', variant: '', prefix, suffix },
});

/** A generation that says what it is told to. */
function generation() {
  let say: (text: string) => void = () => undefined;
  let end: (completion?: Completion) => void = () => undefined;
  let stop: AbortSignal = never;
  const work = (signal: AbortSignal, onGenerated: (text: string) => void) => {
    say = onGenerated;
    stop = signal;
    return new Promise<Completion | undefined>((resolve) => {
      end = resolve;
      signal.addEventListener('abort', () => {
        resolve(undefined);
      });
    });
  };
  return {
    work,
    say: (text: string) => {
      say(text);
    },
    end: (completion?: Completion) => {
      end(completion);
    },
    aborted: () => stop.aborted,
  };
}

const completion = { text: 'value' } as Completion;

describe('a generation under way', () => {
  it('ends when the last one who waits for it leaves', () => {
    const { work, aborted } = generation();
    const flight = new Flight(at('a = '), work);
    flight.join();
    flight.join();
    flight.leave();
    assert.ok(!aborted());
    flight.leave();
    assert.ok(aborted());
  });

  it('goes on for a while after a keystroke that agrees with it, and is joined again', async () => {
    const { work, say, end, aborted } = generation();
    const flight = new Flight(at('a = '), work);
    flight.join();
    say('val');
    flight.changed('a = v');
    flight.leave();
    assert.ok(!aborted());
    flight.join();
    const answered = flight.at(at('a = v'), never);
    end(completion);
    assert.equal(await answered, completion);
  });

  it('ends at once after a keystroke that does not agree with it', () => {
    const { work, say, aborted } = generation();
    const flight = new Flight(at('a = '), work);
    flight.join();
    say('val');
    flight.changed('a = w');
    assert.ok(aborted());
  });

  it('ends where nobody joins it', async () => {
    const { work, aborted } = generation();
    const flight = new Flight(at('a = '), work, 5);
    flight.join();
    flight.changed('a = v');
    flight.leave();
    await flight.ended;
    assert.ok(aborted());
  });

  it('is waited for only as long as it may be the answer', async () => {
    const { work, say } = generation();
    const flight = new Flight(at('a = '), work);
    flight.join();
    const answered = flight.at(at('a = va'), never);
    say('v');
    say('vw');
    assert.equal(await answered, undefined);
    const controller = new AbortController();
    const cancelled = flight.at(at('a = '), controller.signal);
    controller.abort();
    assert.equal(await cancelled, undefined);
  });
});

describe('generations under way', () => {
  it('are one a document: a new one ends the one before', () => {
    const [first, second, other] = [generation(), generation(), generation()];
    const flights = new Flights();
    flights.start(at('a'), first.work);
    flights.start({ ...at('a'), uri: 'file:///b.ts' }, other.work);
    flights.start(at('b'), second.work);
    assert.deepEqual([first.aborted(), second.aborted(), other.aborted()], [true, false, false]);
    flights.abortAll();
    assert.ok(second.aborted() && other.aborted());
  });

  it('are joined where they serve, and only while they run', async () => {
    const { work, say, end } = generation();
    const flights = new Flights();
    const flight = flights.start(at('a = '), work);
    say('val');
    assert.equal(flights.join(at('a = v')), flight);
    assert.equal(flights.join(at('a = w')), undefined);
    end(completion);
    await flight.ended;
    await new Promise(setImmediate);
    assert.equal(flights.join(at('a = v')), undefined);
  });
});
