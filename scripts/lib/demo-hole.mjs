/** The hole of the demo: code of this repository that is taken out and given back by the model. */
export const demoHole = {
  file: 'client/config.ts',
  /** The hole is looked for from here on. */
  within: 'export function readSettings',
  before: 'const configuration = workspace.',
  hole: 'getConfiguration(settingsSection);',
};

/**
 * Takes the hole out of a file's text.
 *
 * @param {string} text
 * @param {{within: string, before: string, hole: string}} where
 * @returns {{prefix: string, suffix: string, line: number, column: number}} line and column count from 1, in
 *   UTF-16 units
 * @throws {Error} where the text no longer holds it
 */
export function cutHole(text, { within, before, hole }) {
  const from = text.indexOf(within);
  const at = from < 0 ? -1 : text.indexOf(before + hole, from);
  if (at < 0) throw new Error(`The file does not hold \`${before}${hole}\` after \`${within}\``);
  const prefix = text.slice(0, at + before.length);
  return {
    prefix,
    suffix: text.slice(prefix.length + hole.length),
    line: prefix.split('\n').length,
    column: prefix.length - prefix.lastIndexOf('\n'),
  };
}

/**
 * The lines around a hole as they are shown: numbered, a few above and below.
 *
 * @returns {{above: string[], start: string, end: string, below: string[]}} `start` and `end` are what stands
 *   left and right of the hole on its line
 */
export function surroundings({ prefix, suffix, line }, above, below) {
  const number = (each) => `${String(each).padStart(4)} │ `;
  const before = prefix.split('\n');
  const after = suffix.split('\n');
  const first = Math.max(0, before.length - 1 - above);
  return {
    above: before.slice(first, -1).map((text, i) => number(first + i + 1) + text),
    start: number(line) + before.at(-1),
    end: after[0],
    below: after.slice(1, 1 + below).map((text, i) => number(line + i + 1) + text),
  };
}
