import assert from 'node:assert/strict';
import type { Session } from './session.js';

/** Written into the hole: what somebody types while the model is asked again and again. */
const text = `set(line, (counts.get(line) ?? 0) + 1);
    if (line.length > 0) {`;

/** How long a keystroke is given: what comes later comes behind the next one of somebody who types on. */
const PATIENCE_MS = 400;

/** From the keystroke to ghost text on the screen, as the page itself sees both. */
export function latency(session: Session): void {
  it('prints how long it takes from a keystroke to ghost text', async () => {
    const { window } = session;
    const { page } = window;
    await session.enter('latency.ts');
    await window.watchGhostText();
    for (const key of text) {
      await page.keyboard.type(key);
      await window.ghostTextOrQuiet(PATIENCE_MS);
      // What was there before the key would be taken for an answer to the next.
      await window.dropGhostText();
    }
    const times = [...(await window.ghostTextTimes())].sort((a, b) => a - b);
    assert.ok(times.length > 0, 'no keystroke brought ghost text');
    const at = (share: number) => times[Math.floor(share * (times.length - 1))]?.toFixed(0);
    console.log(
      `      ${times.length} of ${text.length} keystrokes brought ghost text: ${at(0.5)} ms p50, ${at(0.95)} ms p95`,
    );
    await page.keyboard.press('Escape');
  });
}
