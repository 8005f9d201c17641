import { watch, type FSWatcher } from 'node:fs';

/** Changes are gathered for so long, milliseconds: an answer is written piece by piece. */
const GATHER_MS = 300;

/** Tells which files of a folder change, whoever changes them. A folder that cannot be watched is not. */
export class FolderWatch {
  private readonly watcher: FSWatcher | undefined;
  private readonly changed = new Set<string>();
  private gathering: NodeJS.Timeout | undefined;

  /** @param onChange told the names of files, each once in a while */
  constructor(
    folder: string,
    private readonly onChange: (names: readonly string[]) => void,
  ) {
    try {
      this.watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name !== null) this.touch(name);
      });
      this.watcher.on('error', () => {
        this.close();
      });
    } catch {
      // There is no such folder, or the system has no more watches to give.
    }
  }

  get isWatching(): boolean {
    return this.watcher !== undefined;
  }

  close(): void {
    clearTimeout(this.gathering);
    this.watcher?.close();
  }

  private touch(name: string): void {
    this.changed.add(name);
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      const names = [...this.changed];
      this.changed.clear();
      this.onChange(names);
    }, GATHER_MS);
    this.gathering.unref();
  }
}
