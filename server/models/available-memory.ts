import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** Bytes that processes can get without swapping: what Linux says, else what is free. */
export function availableMemory(): number {
  try {
    const found = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    if (found) return Number(found[1]) * 1024;
  } catch {
    // Not Linux.
  }
  return freemem();
}
