import { lstat, readFile, realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { ProvenanceGate, type Workspace } from '../../../provenance/gate.js';
import { isInside } from '../../../provenance/place.js';
import type { Grammar } from '../../syntax/grammar.js';
import { GrammarStore } from '../../syntax/grammar-store.js';
import { parseText } from '../../syntax/parse-text.js';
import { fileTags, type FileTags } from '../file-tags.js';
import { isManifest, parseManifest } from '../imports/manifests.js';
import { slashed } from '../imports/source-tree.js';
import { grammarNameOfFile } from '../scan/file-languages.js';
import { readSource } from '../scan/read-source.js';
import { isWanted, look, walk, type FoundFile } from '../scan/walk.js';
import { ByteWriter } from '../store/byte-writer.js';
import type { FileStamp } from '../store/file-table.js';
import { encodeTags } from '../store/tags-record.js';
import type { IndexNews, IndexTask, WorkerSetup } from './messages.js';

type Tell = (news: IndexNews, transfer?: readonly ArrayBuffer[]) => void;

const nothing: FileTags = { definitions: [], references: [] };
/** A file that was written so shortly before it was read may be written again without another time, milliseconds. */
const RACY_MS = 2000;

/** Walks, reads and parses, and tells what it finds. Lives in a worker thread and knows nothing of it. */
export class Indexer {
  private readonly grammars: GrammarStore;
  private readonly troubles = new Set<string>();
  private readonly writer = new ByteWriter();
  private gate: { readonly key: string; readonly gate: ProvenanceGate } | undefined;
  /** The latest scan that was asked for; others stop. */
  private latestScan = -1;

  constructor(
    private readonly setup: WorkerSetup,
    private readonly tell: Tell,
  ) {
    this.grammars = new GrammarStore(setup.grammars);
  }

  /**
   * Ends with `done`, soon where a later scan was asked for meanwhile. Tasks run side by side: a file that somebody saves
   * does not wait for the workspace. Never rejects.
   */
  async run(task: IndexTask): Promise<void> {
    if (task.type === 'scan') this.latestScan = task.job;
    const gate = this.gateOf(task.workspace, task.type === 'scan');
    const poison = new Set(task.poison);
    if (task.type === 'scan') await this.scan(task, gate, poison);
    else
      for (const path of task.paths)
        if (await isReachedByLinks(path, task.workspace.folders)) this.tell({ type: 'gone', path });
        else await this.update(path, gate, poison);
    this.tell({ type: 'done', job: task.job });
  }

  private async scan(
    { job, workspace, known }: IndexTask & { type: 'scan' },
    gate: ProvenanceGate,
    poison: ReadonlySet<string>,
  ): Promise<void> {
    const stopped = (): boolean => this.latestScan !== job;
    const { mostFiles } = this.setup.limits;
    const found = new Map<string, FoundFile>();
    let full = false;
    for (const folder of workspace.folders)
      for await (const files of walk(folder, gate, stopped)) {
        full = files.length > 0 && found.size >= mostFiles;
        if (full) break;
        for (const file of files) found.set(file.path, file);
      }
    if (stopped()) return;
    if (full) {
      const message = `The workspace has more than ${mostFiles} files to index: those deepest in it are left out.`;
      this.tell({ type: 'trouble', message });
    }
    for (const path of known.keys()) if (!found.has(path)) this.tell({ type: 'gone', path });
    const unread = [...found.values()].filter(
      ({ path, size, mtimeMs }) =>
        !poison.has(path) &&
        (known.get(path)?.size !== size || known.get(path)?.mtimeMs !== mtimeMs),
    );
    this.tell({ type: 'found', job, unread: unread.length, all: found.size });
    for (const file of unread) {
      if (stopped()) return;
      await this.read(file);
    }
  }

  /** A path that may have come, changed or gone; a folder with all that is in it. */
  private async update(
    path: string,
    gate: ProvenanceGate,
    poison: ReadonlySet<string>,
  ): Promise<void> {
    const isFolder = await lstat(path).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (isFolder) {
      if (await gate.refusesFolder(path)) this.tell({ type: 'gone', path });
      else
        for await (const files of walk(path, gate, () => false))
          for (const file of files) if (!poison.has(file.path)) await this.read(file);
      return;
    }
    const file = isWanted(path) && !poison.has(path) ? await look(path, gate) : undefined;
    if (file) await this.read(file);
    else this.tell({ type: 'gone', path });
  }

  private async read({ path, size, mtimeMs }: FoundFile): Promise<void> {
    const racy = Date.now() - mtimeMs < RACY_MS;
    const stamp: FileStamp = { size, mtimeMs: racy ? -1 : mtimeMs };
    try {
      if (isManifest(slashed(path))) await this.readManifest(path, stamp);
      else {
        const record = encodeTags(await this.tagsOf(path, size), this.writer);
        this.tell({ type: 'file', path, stamp, record }, [record.buffer]);
      }
    } catch {
      // Gone, or not to be read by this user.
      this.tell({ type: 'gone', path });
    }
  }

  private async readManifest(path: string, { size }: FileStamp): Promise<void> {
    const small = size <= this.setup.limits.largestFile;
    const manifest = small ? parseManifest(slashed(path), await readFile(path, 'utf8')) : undefined;
    if (manifest) this.tell({ type: 'manifest', manifest });
    else this.tell({ type: 'gone', path });
  }

  /** Of what is not parsed it is known that there is nothing to know. */
  private async tagsOf(path: string, size: number): Promise<FileTags> {
    const grammar = await this.grammarOf(path);
    const { limits } = this.setup;
    const text = grammar && size <= limits.largestFile ? await readSource(path, limits) : undefined;
    if (!grammar || text === undefined) return nothing;
    this.tell({ type: 'reading', path });
    const tree = parseText(grammar, text, limits.parseMs);
    if (!tree) return nothing;
    try {
      return fileTags(tree);
    } finally {
      tree.dispose();
    }
  }

  private async grammarOf(path: string): Promise<Grammar | undefined> {
    const name = grammarNameOfFile(path);
    if (name === undefined || this.troubles.has(name)) return undefined;
    try {
      return await this.grammars.load(name);
    } catch (error) {
      this.troubles.add(name);
      this.tell({ type: 'trouble', message: error instanceof Error ? error.message : name });
      return undefined;
    }
  }

  /** A gate remembers ignore files for a while; a scan may have been asked for because one has changed. */
  private gateOf(workspace: Workspace, fresh: boolean): ProvenanceGate {
    const key = JSON.stringify(workspace);
    if (fresh || this.gate?.key !== key)
      this.gate = { key, gate: new ProvenanceGate(() => workspace) };
    return this.gate.gate;
  }
}

/** Whether a link leads there from its folder: a walk would not go that way. What is not there is not reached at all. */
async function isReachedByLinks(path: string, folders: readonly string[]): Promise<boolean> {
  const folder = folders.find((each) => isInside(path, each));
  if (folder === undefined) return true;
  try {
    return relative(await realpath(folder), await realpath(path)) !== relative(folder, path);
  } catch {
    return false;
  }
}
