// node bench/chat-page.mjs [--tokens N]: how smoothly the chat page draws a long answer that streams, in a real Chromium.
// Build first (npm run build). Prints figures; nothing is compared or asserted.
import { parseArgs } from 'node:util';
import { inRoot } from '../scripts/lib/paths.mjs';
import { findChromium } from '../test/editors/workbench/install.mjs';

const { values } = parseArgs({ options: { tokens: { type: 'string', default: '50000' } } });
const module = (name) => import(inRoot(`dist/test/editors/chat-page/${name}.js`));
const { longAnswers } = await module('long-answers');
const { PageSession } = await module('page-session');

/** How long one answer may take, milliseconds: a page that draws everything again and again takes minutes. */
const timeout = 200_000;
/** As fast as a quick model: 100 tokens in 8 ms. */
const speed = { piece: 400, pauseMs: 8 };

/** Keeps how long the page was busy in one piece, from 50 ms on: what a person feels. */
const watchTasks = `
globalThis.longTasks = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration);
}).observe({ type: 'longtask' });`;

async function measure(session, answer) {
  const page = await session.open();
  page.setDefaultTimeout(timeout);
  await page.evaluate(watchTasks);
  session.backend.answer = () => ({ answer, ...speed });
  await page.locator('.composer textarea').fill('Go');
  const begun = performance.now();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Answer again' }).waitFor();
  const took = performance.now() - begun;
  const tasks = await page.evaluate('globalThis.longTasks');
  await page.context().close();
  return { took, tasks };
}

const ms = (value) => `${value.toFixed(0)} ms`.padStart(10);

const session = new PageSession(findChromium());
await session.start();
try {
  console.log(
    `${'an answer of'.padEnd(32)}${['took', 'tasks', 'longest', 'in all'].map((name) => name.padStart(10)).join('')}`,
  );
  for (const [name, answer] of longAnswers(Number(values.tokens))) {
    session.backend.reset();
    const { took, tasks } = await measure(session, answer);
    const sum = tasks.reduce((all, each) => all + each, 0);
    const count = String(tasks.length).padStart(10);
    console.log(name.padEnd(32) + ms(took) + count + ms(Math.max(0, ...tasks)) + ms(sum));
  }
} finally {
  await session.close();
}
