import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { sameFile } from '../../context/snippets/language-family.js';
import type { OpenDocuments } from '../../context/snippets/open-documents.js';
import type { ProvenanceGate } from '../../provenance/gate.js';
import { fileOf, isInside, pathOf } from '../../provenance/place.js';

/** Largest file that is read, bytes: no model holds more. */
const LARGEST = 1 << 20;

/** A file's text before its secrets are replaced, or why there is none, in a sentence. */
export type WholeText =
  | { readonly text: string; readonly problem?: never }
  | { readonly text?: never; readonly problem: string };

/** Text that may be shown, or why it may not. */
export type PassedText =
  | { readonly text: string; readonly note?: string; readonly problem?: never }
  | { readonly text?: never; readonly note?: never; readonly problem: string };

/** The texts of a workspace as a person sees them: those of open documents, else those on the disk; nothing past the gate. */
export class WorkspaceTexts {
  constructor(
    private readonly folders: () => readonly string[],
    private readonly documents: OpenDocuments,
    private readonly gate: ProvenanceGate,
  ) {}

  /** Never rejects. Nothing of a file that the gate keeps out is read. */
  async read(uri: string): Promise<WholeText> {
    const refused = await this.gate.refuses(uri, this.use(uri));
    if (refused) return { problem: refused.message };
    const open = this.openText(uri);
    if (open !== undefined) return { text: open };
    const file = fileOf(uri);
    if (file === undefined) return { problem: 'It is no file.' };
    try {
      const stats = await stat(file);
      if (!stats.isFile()) return { problem: 'It is no file.' };
      if (stats.size > LARGEST) return { problem: 'It is too large.' };
      const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
      return text.includes('\0') ? { problem: 'It is a binary file.' } : { text };
    } catch (error) {
      if (error instanceof TypeError) return { problem: 'It is a binary file.' };
      const { code } = error as NodeJS.ErrnoException;
      return { problem: code === 'ENOENT' ? 'There is no such file.' : 'It cannot be read.' };
    }
  }

  /** Why a file of the workspace may be neither read nor made, in a sentence. */
  async refuses(uri: string): Promise<string | undefined> {
    return (await this.gate.refuses(uri, 'context'))?.message;
  }

  /** Whole lines of a file, with secrets replaced. Never rejects. */
  async pass(uri: string, lines: string): Promise<PassedText> {
    if (this.use(uri) === 'context') {
      const { passed, refusal } = await this.gate.snippet(uri, lines);
      return passed ? shown(passed.content, passed.redactions) : { problem: refusal.message };
    }
    // The cursor stands in front of it all, and so in no secret.
    const { passed, refusal } = await this.gate.document(uri, { prefix: '', suffix: lines });
    return passed ? shown(passed.content.suffix, passed.redactions) : { problem: refusal.message };
  }

  /** How a person calls a file: its path in the workspace, with the folder's name where there are several. */
  label(uri: string): string {
    const file = fileOf(uri);
    const folders = this.folders();
    const folder = file && folders.find((each) => isInside(file, each));
    if (file === undefined || folder === undefined) return pathOf(uri);
    const inside = path.relative(folder, file).replaceAll(path.sep, '/');
    return folders.length > 1 ? `${path.basename(folder)}/${inside}` : inside;
  }

  /** The files that a label may mean, the likeliest first. */
  candidates(label: string): string[] {
    const name = label.replaceAll('\\', '/');
    const uris = this.folders().flatMap((folder) => {
      const [first = '', ...rest] = name.split('/');
      const named = first === path.basename(folder) && rest.length > 0 ? [rest.join('/')] : [];
      return [...named, name].map((each) => pathToFileURL(path.resolve(folder, each)).href);
    });
    const open = this.documents.all().filter(({ uri }) => this.label(uri) === label);
    return [...new Set([...open.map(({ uri }) => uri), ...uris])];
  }

  openText(uri: string): string | undefined {
    const exact = this.documents.get(uri);
    return (exact ?? this.documents.all().find((each) => sameFile(each.uri, uri)))?.getText();
  }

  /** Somebody who has a file open has chosen it. */
  private use(uri: string): 'document' | 'context' {
    return this.openText(uri) === undefined ? 'context' : 'document';
  }
}

function shown(text: string, redactions: number): PassedText {
  if (redactions === 0) return { text };
  const secrets = redactions === 1 ? 'A secret was' : `${redactions} secrets were`;
  return { text, note: `${secrets} replaced.` };
}
