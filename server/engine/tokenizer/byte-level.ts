/**
 * The byte-level alphabet of GPT-2: each of the 256 bytes is written as one printable character, so that a
 * vocabulary of byte strings can be kept as text. Printable Latin-1 stands for itself, the rest is moved up
 * behind U+0100.
 */

const printable = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

/** The character of each byte. */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

const BYTE_OF: ReadonlyMap<string, number> = new Map(
  BYTE_CHARACTERS.map((character, byte) => [character, byte]),
);

/** The bytes that may occur in UTF-8: all but C0, C1 and F5 … FF. */
export const UTF8_BYTES: readonly number[] = BYTE_CHARACTERS.map((_, byte) => byte).filter(
  (byte) => byte !== 0xc0 && byte !== 0xc1 && byte < 0xf5,
);

/** The bytes a byte-level token stands for; `undefined` if it holds a character outside the alphabet. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = BYTE_OF.get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(printable(byte) ? byte : next++),
  );
}
