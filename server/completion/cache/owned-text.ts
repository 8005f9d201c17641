/**
 * `text` in memory of its own. A slice of a string keeps the whole string alive it was cut from: of a document, thousands
 * of slices would keep thousands of versions.
 */
export function ownedText(text: string): string {
  // Joined and cut again, it is a slice of a copy.
  return ` ${text}`.slice(1);
}

/** Bytes that a string takes at most. */
export function textBytes(text: string): number {
  return 2 * text.length;
}
