import { dim, type Output } from './terminal.js';

/** A load that is done sooner than this shows nothing, milliseconds. */
const PATIENCE_MS = 1000;

const clearLine = '\r\u001b[K';

/**
 * Runs `load`, and shows on a terminal how far it has come if it takes long. The line is gone when the load
 * has ended. Nothing is written to what is no terminal.
 */
export async function withLoadLine<T>(
  stream: Output & Pick<NodeJS.WriteStream, 'write'>,
  load: (onProgress: (fraction: number) => void) => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  if (!stream.isTTY) return load(() => undefined);
  let percent = 0;
  let shown = false;
  const draw = () => {
    shown = true;
    stream.write(`${clearLine}${dim(`Loading the model … ${percent} %`, stream)}`);
  };
  const clear = () => {
    if (shown) stream.write(clearLine);
  };
  const timer = setTimeout(draw, patienceMs);
  // Ctrl-C ends the process right here.
  process.once('exit', clear);
  try {
    return await load((fraction) => {
      const next = Math.floor(100 * fraction);
      if (next === percent) return;
      percent = next;
      if (shown) draw();
    });
  } finally {
    clearTimeout(timer);
    process.off('exit', clear);
    clear();
  }
}
