/** Requests to a scheduler over a made-up device, and what came of them. */
import assert from 'node:assert/strict';
import type { NativeRequest } from '../../../server/engine/native/addon.js';
import {
  testingAddon,
  type Scheduler,
  type SchedulerEvent,
  type SchedulerOptions,
} from '../addons.js';

export type Ask = Partial<NativeRequest> & { readonly tokens: Int32Array };

export interface Answer {
  readonly ids: number[];
  readonly text: string;
  readonly logProbabilities: number[];
  readonly ends: SchedulerEvent[];
}

export const [INLINE, CHAT, , WARM] = [0, 1, 2, 3] as const;
export const none = new Int32Array(0);

export const makeScheduler = (options: SchedulerOptions = {}): Scheduler =>
  new (testingAddon().Scheduler)(options);

/** `length` tokens that differ from those of another `seed` from `from` on. */
export function text(length: number, seed = 0, from = 0): Int32Array {
  return Int32Array.from({ length }, (_, i) => (i * 7 + (i >= from ? seed * 13 : 0)) % 50);
}

export function add(scheduler: Scheduler, ask: Ask): number {
  return scheduler.add({
    lane: INLINE,
    maxTokens: 5,
    endTokens: none,
    bannedTokens: none,
    // What is drafted depends on the clock, unless a test says otherwise.
    draftLength: 0,
    ...ask,
  });
}

/** What each handle has heard in `events`. */
function collect(events: readonly SchedulerEvent[]): Map<number, Answer> {
  const answers = new Map<number, Answer>();
  for (const event of events) {
    const answer = answers.get(event.handle) ?? {
      ids: [],
      text: '',
      logProbabilities: [],
      ends: [],
    };
    if ('id' in event) {
      answers.set(event.handle, {
        ...answer,
        ids: [...answer.ids, event.id],
        text: answer.text + event.text,
        logProbabilities: [...answer.logProbabilities, event.logProbability],
      });
    } else {
      answers.set(event.handle, { ...answer, ends: [...answer.ends, event] });
    }
  }
  return answers;
}

export function finish(scheduler: Scheduler): Map<number, Answer> {
  for (let steps = 0; scheduler.run() !== undefined; steps++) assert.ok(steps < 20_000, 'stalled');
  assert.deepEqual(scheduler.faults(), []);
  scheduler.forget();
  const { total, free, cached } = scheduler.usage();
  assert.equal(free + cached, total, 'pages are held by nobody');
  return collect(scheduler.events());
}

/** The answer to one request on a scheduler of its own, with room for everything. */
export function alone(ask: Ask, options: SchedulerOptions = {}): number[] {
  const scheduler = makeScheduler({ ...options, pages: 64 });
  const handle = add(scheduler, { ...ask, draftLength: 0 });
  return finish(scheduler).get(handle)!.ids;
}

/** A text in which the answer can be found by the prompt's end. */
export function answerWithLead(ask: Ask): Int32Array {
  return Int32Array.from([...ask.tokens.subarray(-3), ...alone(ask, { contextLength: 256 })]);
}

export function summaryOf(answer: Answer | undefined) {
  const [end] = answer?.ends ?? [];
  assert.equal(answer?.ends.length, 1);
  assert.ok(end && 'reason' in end, 'it ended with an error');
  return end;
}
