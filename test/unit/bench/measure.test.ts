/** Who is measured when, and what becomes of failures and of what was measured before. */
import assert from 'node:assert/strict';
import { Journal } from '../../../server/bench/journal.js';
import { itemsOf, measureSpeed, type SpeedPlan } from '../../../server/bench/measure.js';
import type { Subject } from '../../../server/bench/subject.js';

const plan: SpeedPlan = { prefill: [8], depths: [16, 0], steps: 4, runs: 2 };

/** A subject that takes a second for everything and writes down when it was asked. */
function subject(identity: string, log: string[], failing?: 'prefill' | 'decode'): Subject {
  const work = (kind: 'prefill' | 'decode', length: number): Promise<number> => {
    log.push(`${identity} ${kind} ${length}`);
    return kind === failing ? Promise.reject(new Error(`no ${kind}`)) : Promise.resolve(1000);
  };
  return {
    identity,
    prefill: (tokens) => work('prefill', tokens.length),
    decode: (context) => work('decode', context.length),
    memory: () => Promise.resolve({ rssBytes: 7, anonymousBytes: null }),
    rest: () => Promise.resolve(),
  };
}

const options = (
  journal: Journal,
  more: { mayGoOn?: () => boolean; plan?: SpeedPlan; beforeEach?: () => Promise<void> } = {},
) => ({
  plan,
  vocabularySize: 100,
  journal,
  mayGoOn: () => true,
  onMeasured: () => undefined,
  ...more,
});

describe('measuring speed', () => {
  it('lets subjects take turns at every measurement, the other one first each time', async () => {
    const log: string[] = [];
    const journal = Journal.open();
    const { complete } = await measureSpeed(
      [subject('us', log), subject('them', log)],
      options(journal),
    );
    assert.ok(complete);
    assert.deepEqual(log.slice(0, 4), [
      'us prefill 8',
      'them prefill 8',
      'them prefill 8',
      'us prefill 8',
    ]);
    assert.deepEqual(journal.values('us', 'prefill8'), [8, 8]);
    assert.deepEqual(journal.values('them', 'decode16'), [4, 4]);
  });

  it('makes ready before every measurement', async () => {
    const log: string[] = [];
    const beforeEach = (): Promise<void> => {
      log.push('ready');
      return Promise.resolve();
    };
    await measureSpeed(
      [subject('us', log), subject('them', log)],
      options(Journal.open(), { beforeEach }),
    );
    assert.equal(log.length, 24);
    assert.ok(log.every((entry, i) => (entry === 'ready') === (i % 2 === 0)));
  });

  it('measures a context of one token for depth 0, and shorter contexts first', async () => {
    const log: string[] = [];
    await measureSpeed([subject('us', log)], options(Journal.open()));
    const decodes = log.filter((entry) => entry.includes('decode'));
    assert.deepEqual(decodes, ['us decode 1', 'us decode 1', 'us decode 16', 'us decode 16']);
    assert.deepEqual(
      itemsOf(plan).map(({ name }) => name),
      ['prefill8', 'decode0', 'decode16'],
    );
  });

  it('measures only what the journal lacks', async () => {
    const log: string[] = [];
    const journal = Journal.open();
    journal.add({ identity: 'us', item: 'prefill8', value: 3 });
    await measureSpeed([subject('us', log)], options(journal, { plan: { ...plan, depths: [] } }));
    assert.equal(log.length, 1);
    assert.deepEqual(journal.values('us', 'prefill8'), [3, 8]);
  });

  it('goes on with the rest where a subject fails at one item, and asks it no second time', async () => {
    const log: string[] = [];
    const journal = Journal.open();
    const subjects = [subject('us', log), subject('them', log, 'prefill')];
    const { complete, failures } = await measureSpeed(subjects, options(journal));
    assert.ok(complete);
    assert.equal(failures.get('them')?.get('prefill8')?.message, 'no prefill');
    assert.equal(log.filter((entry) => entry === 'them prefill 8').length, 1);
    assert.deepEqual(journal.values('us', 'prefill8'), [8, 8]);
    assert.deepEqual(journal.values('them', 'decode0'), [4, 4]);
  });

  it('begins nothing more when the time is up', async () => {
    const log: string[] = [];
    const mayGoOn = () => log.length < 3;
    const { complete } = await measureSpeed(
      [subject('us', log)],
      options(Journal.open(), { mayGoOn }),
    );
    assert.ok(!complete);
    assert.equal(log.length, 3);
  });
});
