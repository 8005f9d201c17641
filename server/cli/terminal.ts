/** Where text goes; `isTTY` where that is a terminal. */
export type Output = Pick<NodeJS.WriteStream, 'isTTY'>;

/** Whether to use colours there; https://no-color.org. */
function coloured(stream: Output): boolean {
  return stream.isTTY && !process.env['NO_COLOR'];
}

function styled(code: number, text: string, stream: Output): string {
  return coloured(stream) ? `\u001b[${code}m${text}\u001b[0m` : text;
}

/** `text` for people to look past. */
export function dim(text: string, stream: Output): string {
  return styled(2, text, stream);
}

export function bold(text: string, stream: Output): string {
  return styled(1, text, stream);
}

export function green(text: string, stream: Output): string {
  return styled(32, text, stream);
}

export function yellow(text: string, stream: Output): string {
  return styled(33, text, stream);
}

export function cyan(text: string, stream: Output): string {
  return styled(36, text, stream);
}

export function red(text: string, stream: Output): string {
  return styled(31, text, stream);
}

/** Lets a reader such as `head` close the pipe early: what nobody reads need not be written. */
export function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  process.stderr.on('error', () => {
    // Nobody is left to tell.
  });
}
