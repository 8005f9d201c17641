import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isSkippedName } from '../../context/index/scan/walk.js';
import type { OpenDocuments } from '../../context/snippets/open-documents.js';
import type { ProvenanceGate } from '../../provenance/gate.js';
import { fuzzyScore } from './fuzzy-score.js';
import type { WorkspaceTexts } from './workspace-texts.js';

/** How long a list of files holds, milliseconds: somebody is typing a name. */
const FRESH_MS = 5000;
/** Files beyond that are not offered; those nearest to the top come first. */
const MOST_FILES = 30_000;
/** How many more are asked for than are wanted, as the gate may keep some out. */
const SPARE = 20;

/** The files of a workspace, for who has to find one by a few letters of its name. */
export class WorkspaceFiles {
  private known: { readonly at: number; readonly files: Promise<readonly string[]> } | undefined;

  constructor(
    private readonly folders: () => readonly string[],
    private readonly documents: OpenDocuments,
    private readonly texts: WorkspaceTexts,
    private readonly gate: ProvenanceGate,
  ) {}

  /** URIs of at most so many files, the best first; of all files those that are open. What the gate keeps out is not named. */
  async matching(name: string, most: number): Promise<string[]> {
    const open = new Set(this.documents.all().map(({ uri }) => uri));
    const all = name === '' ? open : new Set([...open, ...(await this.files())]);
    const ranked = [...all]
      .map((uri) => {
        const label = this.texts.label(uri);
        const score = fuzzyScore(name, label);
        return { uri, label, score: score > 0 && open.has(uri) ? score + 1 : score };
      })
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || a.label.length - b.label.length || compare(a, b))
      .slice(0, most + SPARE);
    const passed = await Promise.all(
      ranked.map(async ({ uri }) => {
        const refused = await this.gate.refuses(uri, open.has(uri) ? 'document' : 'context');
        return refused ? [] : [uri];
      }),
    );
    return passed.flat().slice(0, most);
  }

  /** All of them, in any order; the gate has to be asked for each. */
  all(): Promise<readonly string[]> {
    return this.files();
  }

  private files(): Promise<readonly string[]> {
    const now = performance.now();
    if (!this.known || now - this.known.at > FRESH_MS)
      this.known = { at: now, files: this.walk(this.folders()) };
    return this.known.files;
  }

  private async walk(folders: readonly string[]): Promise<string[]> {
    const files: string[] = [];
    for (let level = [...folders]; level.length > 0 && files.length < MOST_FILES;) {
      const below: string[] = [];
      for (const folder of level) {
        const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
        for (const entry of entries) {
          const place = path.join(folder, entry.name);
          if (entry.isFile()) files.push(pathToFileURL(place).href);
          else if (entry.isDirectory() && !isSkippedName(entry.name)) below.push(place);
        }
      }
      const kept = below.map(async (each) => ((await this.gate.refusesFolder(each)) ? [] : [each]));
      level = (await Promise.all(kept)).flat();
    }
    return files.slice(0, MOST_FILES);
  }
}

function compare(one: { readonly label: string }, other: { readonly label: string }): number {
  return one.label < other.label ? -1 : Number(one.label > other.label);
}
