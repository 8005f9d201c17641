/** Code that runs inside the window's page. As text: nothing here is compiled for a browser. */

/** The lines of the editors, from top to bottom, without ghost text: an array of strings. */
export const readLines = `
[...document.querySelectorAll('.editor-instance .view-lines > .view-line')]
  .map((line) => {
    const copy = line.cloneNode(true);
    for (const ghost of copy.querySelectorAll('.ghost-text-decoration')) ghost.remove();
    return { top: line.offsetTop, text: copy.textContent };
  })
  .sort((a, b) => a.top - b.top)
  .map(({ text }) => text)`;

/** From now on, how long each keystroke took to bring ghost text, milliseconds, is kept. */
export const watchGhostText = `
globalThis.lacunaTimes = [];
globalThis.lacunaPressed = undefined;
addEventListener('keydown', ({ key }) => {
  globalThis.lacunaPressed = key.length === 1 ? performance.now() : undefined;
}, { capture: true });
new MutationObserver(() => {
  const ghost = document.querySelector('.ghost-text-decoration, .suggest-preview-text .view-line');
  if (globalThis.lacunaPressed === undefined || !ghost) return;
  lacunaTimes.push(performance.now() - lacunaPressed);
  globalThis.lacunaPressed = undefined;
}).observe(document.body, { childList: true, subtree: true, characterData: true });`;

/** Ends as soon as the latest keystroke has brought ghost text, at the latest after so many milliseconds. */
export const ghostTextOrQuiet = (milliseconds: number): string => `
new Promise((resolve) => {
  const end = performance.now() + ${milliseconds};
  const look = () => {
    if (lacunaPressed === undefined || performance.now() > end) resolve();
    else requestAnimationFrame(look);
  };
  look();
})`;

/** What was kept since: an array of numbers. */
export const ghostTextTimes = 'globalThis.lacunaTimes';

/** Ends when what was done before has been drawn. */
export const drawn = `
new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))`;
