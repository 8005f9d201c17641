/** Bytes are not what their reader was told they are. */
export class DamagedError extends Error {
  constructor(what: string) {
    super(`the index's file is damaged: ${what}`);
    this.name = 'DamagedError';
  }
}

/** Reads what `ByteWriter` wrote. Every method throws `DamagedError` where the bytes end too soon. */
export class ByteReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new DamagedError('it ends inside a number');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new DamagedError('a number has too many digits');
  }

  /** A number that counts things of a byte at least each, so that it cannot be more than the bytes that are left. */
  count(): number {
    const value = this.number();
    if (value > this.left) throw new DamagedError('it ends before its last entry');
    return value;
  }

  text(): string {
    const length = this.count();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  skipText(): void {
    const length = this.count();
    this.at += length;
  }

  double(): number {
    if (this.left < 8) throw new DamagedError('it ends inside a number');
    this.at += 8;
    return this.bytes.readDoubleLE(this.at - 8);
  }

  /** A view, no copy. */
  raw(): Uint8Array {
    const length = this.count();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }
}
