import {
  DidChangeWatchedFilesNotification,
  type ClientCapabilities,
  type Connection,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { MemoryIndex } from '../context/index/memory-index.js';
import { isSkippedName } from '../context/index/scan/walk.js';
import type { SymbolIndex } from '../context/index/symbol-index.js';
import { WorkspaceIndex, type WorkspaceIndexOptions } from '../context/index/workspace-index.js';
import { fileOf, isInside } from '../provenance/place.js';
import type { Documents } from './documents.js';
import type { Feature } from './feature.js';
import { IndexProgress } from './index-progress.js';
import type { StatusReporter } from './status-reporter.js';
import type { WorkspaceFolders } from './workspace-folders.js';

/** Changes are gathered for so long, milliseconds: a change of branch brings hundreds. */
const GATHER_MS = 200;
/** What decides which files may be read. */
const ignoreFiles = /[\\/]\.(?:gitignore|lacunaignore)$/;

/**
 * The index of the workspace's code, for as long as it is trusted and the index is wanted: begun once the client takes
 * requests, and kept in step with what the client says has changed and with what is saved in it.
 */
export class WorkspaceIndexFeature implements Feature {
  /** Empty where there is no index. */
  readonly symbols: SymbolIndex;

  private readonly index: WorkspaceIndex | undefined;
  private readonly progress: IndexProgress;
  private canWatch = false;
  private wanted = false;
  /** The workspace that the index follows, in words. */
  private followed = '';
  private readonly changed = new Set<string>();
  private gathering: NodeJS.Timeout | undefined;

  /** `options`: without them there is no index. */
  constructor(
    private readonly connection: Connection,
    documents: Documents,
    private readonly workspace: WorkspaceFolders,
    status: StatusReporter,
    options?: WorkspaceIndexOptions,
  ) {
    this.progress = new IndexProgress(connection, status);
    this.index =
      options &&
      new WorkspaceIndex(options, {
        progress: (done, total) => {
          this.progress.report(done, total);
        },
        ready: (files) => {
          this.progress.end();
          connection.console.info(`The index knows ${files} files.`);
        },
        trouble: (message) => {
          connection.console.warn(message);
        },
      });
    this.symbols = this.index?.symbols ?? new MemoryIndex();
    documents.onDidSave(({ document }) => {
      this.touch(document.uri);
    });
    documents.onDidOpen(({ document }) => {
      // It may have come while nobody watched.
      if (this.symbols.definitionsIn(document.uri).length === 0) this.touch(document.uri);
    });
  }

  initialize({ workspace }: ClientCapabilities): ServerCapabilities {
    if (!this.index) return {};
    this.canWatch = workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    this.connection.onDidChangeWatchedFiles(({ changes }) => {
      for (const { uri } of changes) this.touch(uri);
    });
    return {};
  }

  /** The client takes requests from now on. */
  initialized(): void {
    if (!this.index || !this.canWatch) return;
    // All files: a folder that goes is told of by itself, and its name says nothing.
    const options = { watchers: [{ globPattern: '**/*' }] };
    this.connection.client
      .register(DidChangeWatchedFilesNotification.type, options)
      .catch((error: unknown) => {
        this.connection.console.warn(`Only saved files will be indexed anew: ${String(error)}`);
      });
  }

  /** Whether an index is wanted; call it when settings are known, and whenever they or the workspace change. */
  follow(wanted = this.wanted): void {
    this.wanted = wanted;
    const { folders, trusted } = this.workspace.current;
    const workspace = { folders, trusted: trusted && wanted };
    const followed = JSON.stringify(workspace);
    if (!this.index || followed === this.followed) return;
    this.followed = followed;
    this.progress.end();
    this.index.open(workspace).catch((error: unknown) => {
      this.connection.console.error(`The workspace cannot be indexed: ${String(error)}`);
    });
  }

  /** Ends the index, and writes down what is new in it. Never rejects. */
  async close(): Promise<void> {
    clearTimeout(this.gathering);
    this.followed = '';
    await this.index?.close();
  }

  private touch(uri: string): void {
    const file = fileOf(uri);
    if (file === undefined) return;
    const folder = this.workspace.current.folders.find((each) => isInside(file, each));
    if (folder === undefined) return;
    const parts = file.slice(folder.length + 1).split(/[\\/]/);
    if (parts.some(isSkippedName) && !ignoreFiles.test(file)) return;
    this.changed.add(file);
    this.gathering ??= setTimeout(() => {
      this.update();
    }, GATHER_MS);
  }

  private update(): void {
    this.gathering = undefined;
    const files = [...this.changed];
    this.changed.clear();
    if (files.some((file) => ignoreFiles.test(file))) this.index?.rescan();
    else this.index?.update(files);
  }
}
