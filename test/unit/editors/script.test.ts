import assert from 'node:assert/strict';
import { ReplyCounter, replyTo } from '../../editors/scripted-server/script.js';

describe('the script of a scripted server', () => {
  const replies = [
    { when: 'area', answers: ['A'] },
    { when: 'name', answers: ['N', 'M'] },
  ];

  it('takes the reply whose words stand farthest back in the prompt', () => {
    assert.equal(replyTo('name, then area', replies)?.when, 'area');
    assert.equal(replyTo('area, then name', replies)?.when, 'name');
    assert.equal(replyTo('neither', replies), undefined);
  });

  it('answers anew each time, and stays with the last answer', () => {
    const counter = new ReplyCounter();
    assert.deepEqual(
      [1, 2, 3].map(() => counter.next(replies[1]!)),
      ['N', 'M', 'M'],
    );
    assert.equal(counter.next(replies[0]!), 'A');
  });
});
