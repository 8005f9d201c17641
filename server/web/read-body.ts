import type { IncomingMessage } from 'node:http';

/** Bytes; a question with a pasted file is far below. */
const LARGEST = 4 << 20;

/**
 * The text that a request brings.
 *
 * @throws {Error} where it is too long, or breaks off
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST) throw new Error('The request is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
