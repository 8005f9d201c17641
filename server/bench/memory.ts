import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { ProcessMemory } from './subject.js';

/** Bytes that processes can get without swapping; pages of files count as available. */
export function availableBytes(): number {
  // Node 20.13 brought it.
  return 'availableMemory' in process ? process.availableMemory() : freemem();
}

/** What this process takes. */
export function ownMemory(): ProcessMemory {
  return { rssBytes: process.memoryUsage().rss, anonymousBytes: anonymousBytes() };
}

function anonymousBytes(): number | null {
  try {
    const found = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return found ? Number(found[1]) * 1024 : null;
  } catch {
    // Not Linux.
    return null;
  }
}

const PIECE = 8 << 20;

/**
 * Reads a file of `bytes` once, so that its pages are in memory; does nothing where they do not fit. Rejects as
 * reading does.
 */
export async function warmPageCache(path: string, bytes: number): Promise<void> {
  if (availableBytes() <= bytes) return;
  const file = await open(path);
  try {
    const piece = Buffer.alloc(PIECE);
    while ((await file.read(piece, 0, PIECE)).bytesRead > 0);
  } finally {
    await file.close();
  }
}
