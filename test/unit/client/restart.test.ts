import assert from 'node:assert/strict';
import { RestartPolicy } from '../../../client/server/restart-policy.js';
import { RestartQueue } from '../../../client/server/restart-queue.js';

const limits = { crashes: 3, window: 1000, firstDelay: 10 };

describe('restart policy', () => {
  it('waits twice as long after each crash, then gives up', () => {
    const policy = new RestartPolicy(limits);
    assert.deepEqual(
      [0, 1, 2, 3].map((now) => policy.crashed(now)),
      [10, 20, 40, undefined],
    );
  });

  it('forgets crashes that are older than the window', () => {
    const policy = new RestartPolicy(limits);
    for (const now of [0, 1, 2]) policy.crashed(now);
    assert.equal(policy.crashed(1002), 10);
  });

  it('starts counting anew when a person asks for a restart', () => {
    const policy = new RestartPolicy(limits);
    for (const now of [0, 1, 2, 3]) policy.crashed(now);
    policy.forget();
    assert.equal(policy.crashed(4), 10);
  });
});

describe('restart queue', () => {
  /** A restart that a test lets finish by hand. */
  function heldRestart() {
    const finish: (() => void)[] = [];
    let running = 0;
    let most = 0;
    let starts = 0;
    const queue = new RestartQueue(async () => {
      starts += 1;
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => finish.push(resolve));
      running -= 1;
    });
    return { queue, finish, counts: () => ({ starts, most }) };
  }

  it('serves all that ask during one restart with one more', async () => {
    const { queue, finish, counts } = heldRestart();
    const first = queue.request();
    await Promise.resolve();
    const later = [queue.request(), queue.request(), queue.request()];
    finish.shift()!();
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    finish.shift()!();
    await Promise.all(later);
    assert.deepEqual(counts(), { starts: 2, most: 1 });
  });

  it('goes on after a restart that failed', async () => {
    let tries = 0;
    const queue = new RestartQueue(() =>
      ++tries === 1 ? Promise.reject(new Error('no')) : Promise.resolve(),
    );
    await assert.rejects(queue.request(), /no/);
    await queue.request();
    assert.equal(tries, 2);
  });
});
