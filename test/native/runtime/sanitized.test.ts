/** Storms of requests from several threads, with the runtime built to watch itself. */
import assert from 'node:assert/strict';
import { buildSanitizedTool, runStorms } from '../sanitized-tool.js';

describe('the runtime under sanitizers', function () {
  this.timeout(300_000);
  const seeds = Array.from({ length: 8 }, (_, i) => i + 1);

  for (const [name, sanitizer] of [
    ['AddressSanitizer and UndefinedBehaviorSanitizer', 'address'],
    ['ThreadSanitizer', 'thread'],
  ] as const) {
    it(`weathers storms of requests, cancellations and closings: ${name}`, async () => {
      const tool = await buildSanitizedTool('runtime_check', sanitizer);
      assert.deepEqual(
        await runStorms(tool, seeds),
        seeds.map(() => 'ok'),
      );
    });
  }
});
