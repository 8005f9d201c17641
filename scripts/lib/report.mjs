import { CommandError } from './run.mjs';

/** Whether the terminal shows colours; https://no-color.org. */
export const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint('1');
export const dim = paint('2');
export const green = paint('32');
export const red = paint('31');
export const cyan = paint('36');

/** A problem the person in front of the terminal can solve: its message is printed without a stack. */
export class Problem extends Error {
  constructor(message) {
    super(message);
    this.name = 'Problem';
  }
}

/** `0.8 s`, `42 s`, `2 min 5 s`. */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Runs one step and prints one line about it. */
export async function step(title, work) {
  process.stdout.write(`${title} … `);
  const start = performance.now();
  try {
    const result = await work();
    console.log(dim(duration(performance.now() - start)));
    return result;
  } catch (error) {
    console.log(red('failed'));
    throw error;
  }
}

/** Runs a script's `main` and turns what it throws into a readable end with exit code 1. */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof CommandError) {
      if (error.output.trim() !== '') console.error(error.output.trimEnd());
      console.error(red(error.message));
    } else if (error instanceof Problem) {
      console.error(red(error.message));
    } else {
      console.error(error);
    }
  }
}
