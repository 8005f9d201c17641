import assert from 'node:assert/strict';
import { withLoadLine } from '../../../server/cli/load-line.js';

/** A terminal that keeps what is written to it, and says when that is something. */
function terminal(isTTY = true) {
  const written: string[] = [];
  let wake: () => void = () => undefined;
  const something = new Promise<void>((resolve) => (wake = resolve));
  const write = (text: string) => {
    written.push(text.replaceAll('\u001b[2m', '').replaceAll('\u001b[0m', ''));
    wake();
    return true;
  };
  return { stream: { isTTY, write } as unknown as NodeJS.WriteStream, written, something };
}

const clear = '\r\u001b[K';

describe('the line of a load', () => {
  it('shows a terminal how far a long load has come, and is gone afterwards', async () => {
    const { stream, written, something } = terminal();
    const result = await withLoadLine(
      stream,
      async (onProgress) => {
        await something;
        for (const fraction of [0.42, 0.421, 0.5]) onProgress(fraction);
        return 'loaded';
      },
      1,
    );
    assert.equal(result, 'loaded');
    const line = (percent: number) => `${clear}Loading the model … ${percent} %`;
    assert.deepEqual(written, [line(0), line(42), line(50), clear]);
  });

  it('is gone after a load that failed, too', async () => {
    const { stream, written, something } = terminal();
    const load = () => something.then(() => Promise.reject(new Error('broken')));
    await assert.rejects(withLoadLine(stream, load, 1), /broken/);
    assert.equal(written.at(-1), clear);
  });

  it('never appears for a load that is done soon', async () => {
    const { stream, written } = terminal();
    const load = (onProgress: (fraction: number) => void) => {
      onProgress(0.5);
      return Promise.resolve();
    };
    await withLoadLine(stream, load, 60_000);
    assert.deepEqual(written, []);
  });

  it('never appears where there is no terminal', async () => {
    const { stream, written } = terminal(false);
    await withLoadLine(stream, () => new Promise((resolve) => setTimeout(resolve, 20)), 1);
    assert.deepEqual(written, []);
  });
});
