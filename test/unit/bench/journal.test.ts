/** Measurements that outlive their run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Journal } from '../../../server/bench/journal.js';
import { inFolder } from '../../support/run-cli.js';

const line = (value: number) => JSON.stringify({ identity: 'a', item: 'decode0', value });

describe('the journal of measurements', () => {
  it('goes on where the run before stopped', () =>
    inFolder({}, (folder) => {
      const file = path.join(folder, 'journal');
      const first = Journal.open(file);
      first.add({ identity: 'a', item: 'decode0', value: 1 });
      first.add({ identity: 'b', item: 'decode0', value: 2 });
      const second = Journal.open(file);
      second.add({ identity: 'a', item: 'decode0', value: 3 });
      assert.deepEqual(second.values('a', 'decode0'), [1, 3]);
      assert.deepEqual(Journal.open(file).values('a', 'decode0'), [1, 3]);
      assert.deepEqual(second.values('a', 'prefill512'), []);
      return Promise.resolve();
    }));

  it('drops a line that was being written when its run was killed', () =>
    inFolder({ journal: `${line(1)}\n${line(2).slice(0, 12)}` }, (folder) => {
      const file = path.join(folder, 'journal');
      Journal.open(file).add({ identity: 'a', item: 'decode0', value: 3 });
      assert.equal(readFileSync(file, 'utf8'), `${line(1)}\n${line(3)}\n`);
      return Promise.resolve();
    }));

  for (const text of ['hello\n', '{"identity":"a","item":"b"}\n', `${line(1)}\nnull\n`])
    it(`refuses a file with ${JSON.stringify(text.split('\n').at(-2))}`, () =>
      inFolder({ journal: text }, (folder) => {
        assert.throws(() => Journal.open(path.join(folder, 'journal')), /is no measurement/);
        return Promise.resolve();
      }));

  it('needs no file', () => {
    const journal = Journal.open();
    journal.add({ identity: 'a', item: 'load', value: 1 });
    assert.deepEqual(journal.values('a', 'load'), [1]);
  });
});
