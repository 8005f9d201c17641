import { setImmediate as turn } from 'node:timers/promises';
import type { Workspace } from '../../provenance/gate.js';
import { isInside } from '../../provenance/place.js';
import type { GrammarFolders } from '../syntax/grammar-store.js';
import { IndexCache } from './cache/index-cache.js';
import type { StoredFile } from './cache/index-file.js';
import { slashed } from './imports/source-tree.js';
import { MemoryIndex } from './memory-index.js';
import { DEFAULT_SCAN_LIMITS, type ScanLimits } from './scan/read-source.js';
import { IndexWorker } from './worker/index-worker.js';
import type { IndexNews } from './worker/messages.js';

/** Hears how the index is coming along. */
export interface IndexObserver {
  /** So many files are read, of so many that have to be. */
  progress(done: number, total: number): void;
  /** The index knows the workspace as it was a moment ago. */
  ready(files: number): void;
  /** Something is left out, or does not work; a sentence. */
  trouble(message: string): void;
}

export interface WorkspaceIndexOptions {
  /** `indexWorkerFile` of the package. */
  readonly workerFile: string;
  readonly grammars: GrammarFolders;
  /** Where the index is kept between sessions; without it, it is not. */
  readonly cacheFolder?: string;
  readonly limits?: ScanLimits;
}

/** How long changes may wait to be written down, milliseconds. */
const SAVE_AFTER_MS = 30_000;
/** Files of the cache that are taken in before the server's other work has its turn. */
const SLICE = 50;
/** Deaths of the worker after which it is not started again. */
const MOST_DEATHS = 3;

/** Keeps an index in step with a workspace: loaded from disk, brought up to date and followed by a worker thread. */
export class WorkspaceIndex {
  readonly symbols = new MemoryIndex();

  private readonly worker: IndexWorker;
  private readonly cache: IndexCache | undefined;
  private workspace: Workspace = { folders: [], trusted: false };
  /** Workspaces are opened one after the other. */
  private last: Promise<void> = Promise.resolve();
  /** Counts the workspaces; what belongs to an earlier one is of no use any more. */
  private turn = 0;
  private jobs = 0;
  private scan: { readonly job: number; total: number; done: number } | undefined;
  private readonly poison = new Set<string>();
  private deaths = 0;
  private loaded = false;
  private saved = -1;
  private saving: NodeJS.Timeout | undefined;
  private settled = true;
  private waiting: (() => void)[] = [];

  constructor(
    { workerFile, grammars, cacheFolder, limits = DEFAULT_SCAN_LIMITS }: WorkspaceIndexOptions,
    private readonly observer: IndexObserver,
  ) {
    this.cache = cacheFolder === undefined ? undefined : new IndexCache(cacheFolder, grammars);
    this.worker = new IndexWorker(
      workerFile,
      { grammars, limits },
      {
        news: (news) => {
          this.hear(news);
        },
        died: (reason, path) => {
          this.restart(reason, path);
        },
      },
    );
  }

  /** Follows this workspace from now on. One that is not trusted, or has no folder, has no index. */
  open(workspace: Workspace): Promise<void> {
    const turnOf = ++this.turn;
    this.settled = false;
    this.last = this.last.then(() => this.follow(workspace, turnOf));
    return this.last;
  }

  /** Writes down what is new, and ends the worker. Never rejects. */
  close(): Promise<void> {
    return this.open({ folders: [], trusted: false });
  }

  private async follow({ folders: all, trusted }: Workspace, turnOf: number): Promise<void> {
    await this.worker.stop();
    await this.save();
    this.scan = undefined;
    this.loaded = false;
    this.deaths = 0;
    this.symbols.clear();
    const folders = outermost(all);
    this.workspace = { folders, trusted };
    if (trusted && folders.length > 0) await this.load(folders, turnOf);
    if (turnOf !== this.turn) return;
    if (!trusted || folders.length === 0) {
      this.settle();
      return;
    }
    this.loaded = true;
    this.saved = this.symbols.revision;
    this.rescan();
  }

  /** Looks at all of the workspace again: its ignore files have changed, or nobody knows what has. */
  rescan(): void {
    if (!this.loaded) return;
    const job = this.jobs++;
    this.scan = { job, total: 0, done: 0 };
    this.settled = false;
    const { workspace } = this;
    const known = new Map(
      this.symbols.files().map(({ path, size, mtimeMs }) => [path, { size, mtimeMs }]),
    );
    this.worker.run({ type: 'scan', job, workspace, known, poison: [...this.poison] });
  }

  /** Files or folders that have come, changed or gone. */
  update(paths: readonly string[]): void {
    if (!this.loaded || paths.length === 0) return;
    const { workspace } = this;
    const poison = [...this.poison];
    this.worker.run({ type: 'update', job: this.jobs++, workspace, paths, poison });
  }

  /** Resolves when the index knows all of the workspace, or has given up. */
  ready(): Promise<void> {
    if (this.settled) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private async load(folders: readonly string[], turnOf: number): Promise<void> {
    const files: StoredFile[] = [];
    for (const folder of folders)
      for (const file of (await this.cache?.load(folder)) ?? []) files.push(file);
    for (const [index, { path, size, mtimeMs, record }] of files.entries()) {
      if (turnOf !== this.turn) return;
      try {
        this.symbols.setRecord(path, { size, mtimeMs }, record);
      } catch {
        // It will be read again.
      }
      if (index % SLICE === SLICE - 1) await turn();
    }
  }

  private hear(news: IndexNews): void {
    const { scan } = this;
    if (news.type === 'file') {
      this.symbols.setRecord(news.path, news.stamp, news.record);
      this.changed();
    } else if (news.type === 'gone') {
      this.symbols.deleteUnder(news.path);
      this.changed();
    } else if (news.type === 'manifest') this.symbols.setManifest(news.manifest);
    else if (news.type === 'trouble') this.observer.trouble(news.message);
    else if (news.type === 'found' && news.job === scan?.job) {
      scan.total = news.unread;
      this.observer.progress(0, scan.total);
    } else if (news.type === 'done' && news.job === scan?.job) {
      this.scan = undefined;
      this.observer.ready(this.symbols.size);
      this.settle();
    }
    if (scan && scan.total > 0 && (news.type === 'file' || news.type === 'manifest'))
      this.observer.progress(Math.min(++scan.done, scan.total), scan.total);
  }

  private restart(reason: string, path: string | undefined): void {
    const blamed = path === undefined ? '' : ` in ${slashed(path)}, which is left out from now on`;
    this.observer.trouble(`The index's thread has died${blamed}: ${reason}.`);
    if (path !== undefined) {
      this.poison.add(path);
      this.symbols.deleteUnder(path);
    }
    if (++this.deaths <= MOST_DEATHS) {
      this.rescan();
      return;
    }
    this.scan = undefined;
    this.observer.trouble('The index stays as it is until the server is started again.');
    this.loaded = false;
    this.settle();
  }

  private changed(): void {
    if (!this.cache || this.saving) return;
    this.saving = setTimeout(() => void this.save(), SAVE_AFTER_MS);
    this.saving.unref();
  }

  private async save(): Promise<void> {
    clearTimeout(this.saving);
    this.saving = undefined;
    const { revision } = this.symbols;
    if (!this.cache || !this.loaded || revision === this.saved) return;
    try {
      const files = this.symbols.files();
      for (const folder of this.workspace.folders)
        await this.cache.save(
          folder,
          files.filter(({ path }) => isInside(path, folder)),
        );
      this.saved = revision;
    } catch (error) {
      this.observer.trouble(`The index cannot be kept on disk: ${String(error)}`);
    }
  }

  private settle(): void {
    const { waiting } = this;
    this.settled = true;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** Folders that are in no other one of the list. */
function outermost(folders: readonly string[]): string[] {
  const all = [...new Set(folders)];
  return all.filter(
    (folder) =>
      !all.some((other) => other !== folder && slashed(folder).startsWith(`${slashed(other)}/`)),
  );
}
