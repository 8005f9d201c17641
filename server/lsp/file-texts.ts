import { readFile } from 'node:fs/promises';
import { fileOf } from '../provenance/place.js';
import type { FileText } from '../refactor/propose-tests.js';
import type { Documents } from './documents.js';

/** Largest file that is read beside those that are open, bytes. */
const LARGEST = 1 << 20;

/** Files of the workspace as the editor has them, or else as they are on the disk. Ask the gate before. */
export class FileTexts {
  constructor(private readonly documents: Documents) {}

  /** Undefined where there is no such file, or none that can be read as a text. */
  async read(uri: string): Promise<FileText | undefined> {
    const open = this.documents.get(uri);
    if (open) return { text: open.getText(), version: open.version };
    const file = fileOf(uri);
    if (file === undefined) return undefined;
    try {
      const bytes = await readFile(file);
      if (bytes.length > LARGEST) return undefined;
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return { text, version: null };
    } catch {
      return undefined;
    }
  }
}
