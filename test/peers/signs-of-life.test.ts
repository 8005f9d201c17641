/** Users of other tools: "timed out with no sign of life", "pop-ups without end", "a spinner that never stops". */
import assert from 'node:assert/strict';
import { EngineError } from '../../server/engine/contract.js';
import { ready, serverUnderTest } from '../protocol/in-process.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { opened } from './accept.js';

describe('signs of life', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  it('are given while a completion runs, and end with it', async () => {
    const server = start(new ScriptedEngine({ answer: 'x', prefillMs: 50 }));
    const { uri, position } = await opened(server, 'a = █');
    const { statuses } = server.client;
    await server.client.status(ready);
    const before = statuses.length;
    const answer = server.client.inlineComplete(uri, position, 2);
    await server.client.until(
      () => statuses.slice(before).find(({ busy }) => busy),
      'a busy status',
    );
    await answer;
    await server.client.until(() => statuses.at(-1)?.busy === false || undefined, 'its end');
  });

  it('are no pop-ups, and nothing goes on spinning, however often a completion fails', async () => {
    const engine = new ScriptedEngine({
      answer: () => {
        throw new EngineError('out of luck', 'Try again.');
      },
    });
    const server = start(engine);
    const popUps: string[] = [];
    for (const method of ['window/showMessage', 'window/showMessageRequest'])
      server.client.connection.onNotification(method, () => {
        popUps.push(method);
      });
    const { uri, position } = await opened(server, 'a = █');
    for (let time = 0; time < 20; time++) await server.client.inlineComplete(uri, position);
    assert.equal(engine.greedy.length, 20);
    const { statuses, serverRequests } = server.client;
    await server.client.until(() => statuses.at(-1)?.busy === false || undefined, 'idle');
    const last = statuses.at(-1)!;
    assert.match(`${last.message} ${last.remedy ?? ''}`, /out of luck.*Try again/);
    assert.deepEqual(popUps, []);
    assert.deepEqual(
      serverRequests.filter((method) => method.includes('showMessage')),
      [],
    );
    assert.ok(
      !statuses.some((status, i) => i > 0 && same(status, statuses[i - 1])),
      'no repetition',
    );
  });
});

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
