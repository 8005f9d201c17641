import type { Workspace } from '../../../provenance/gate.js';
import type { GrammarFolders } from '../../syntax/grammar-store.js';
import type { Manifest } from '../imports/manifests.js';
import type { ScanLimits } from '../scan/read-source.js';
import type { FileStamp } from '../store/file-table.js';
import type { TagsRecord } from '../store/tags-record.js';

/** What the worker is started with. */
export interface WorkerSetup {
  readonly grammars: GrammarFolders;
  readonly limits: ScanLimits;
}

/** What the worker is told. A new scan ends the one before it. */
export type IndexTask =
  | {
      /** Look at all of the workspace. */
      readonly type: 'scan';
      readonly job: number;
      readonly workspace: Workspace;
      /** What the index has: files that still are what they were need not be read. */
      readonly known: ReadonlyMap<string, FileStamp>;
      /** Files that have killed a worker. */
      readonly poison: readonly string[];
    }
  | {
      /** Look at some files, or folders. */
      readonly type: 'update';
      readonly job: number;
      readonly workspace: Workspace;
      readonly paths: readonly string[];
      readonly poison: readonly string[];
    };

/** What the worker says. */
export type IndexNews =
  /** So many files have to be read, of so many that there are. */
  | { readonly type: 'found'; readonly job: number; readonly unread: number; readonly all: number }
  /** What is parsed next; if the worker dies, this did it. */
  | { readonly type: 'reading'; readonly path: string }
  | {
      readonly type: 'file';
      readonly path: string;
      readonly stamp: FileStamp;
      readonly record: TagsRecord;
    }
  | { readonly type: 'manifest'; readonly manifest: Manifest }
  /** A file, or a folder with all that was in it, or one that must not be read. */
  | { readonly type: 'gone'; readonly path: string }
  | { readonly type: 'done'; readonly job: number }
  /** A language that cannot be read, and why; its files are left out. */
  | { readonly type: 'trouble'; readonly message: string };
