import {
  DidChangeWorkspaceFoldersNotification,
  type ClientCapabilities,
  type Connection,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { trustMethod, type InitialTrust, type TrustChange } from '../../protocol/index.js';
import type { Workspace } from '../provenance/gate.js';
import { fileOf } from '../provenance/place.js';
import type { Feature } from './feature.js';

/** The folders that the editor has open, and whether they are trusted. */
export class WorkspaceFolders implements Feature {
  private folders: readonly string[] = [];
  private trusted = true;

  /** `onChange` is called when folders or trust have changed, not for what `initialize` says. */
  constructor(
    private readonly connection: Connection,
    private readonly onChange: () => void,
  ) {}

  get current(): Workspace {
    return { folders: this.folders, trusted: this.trusted };
  }

  /** Call it before any other part of the server is told of the client. */
  read({ workspaceFolders, rootUri, initializationOptions }: WorkspaceParams): void {
    const uris = workspaceFolders?.map(({ uri }) => uri) ?? [rootUri ?? ''];
    this.folders = uris.flatMap((uri) => fileOf(uri) ?? []);
    const { workspaceTrusted } = (initializationOptions ?? {}) as InitialTrust;
    this.trusted = workspaceTrusted !== false;
  }

  initialize({ workspace }: ClientCapabilities): ServerCapabilities {
    this.connection.onNotification(trustMethod, (change: TrustChange | null) => {
      this.trusted = change?.trusted === true;
      this.onChange();
    });
    if (!workspace?.workspaceFolders) return {};
    // Not by `connection.workspace`: before the answer to `initialize` it would register with the client, which takes
    // no requests yet.
    this.connection.onNotification(DidChangeWorkspaceFoldersNotification.type, ({ event }) => {
      const { added, removed } = event;
      const gone = new Set(removed.map(({ uri }) => fileOf(uri)));
      const fresh = added.flatMap(({ uri }) => fileOf(uri) ?? []);
      this.folders = [...this.folders.filter((folder) => !gone.has(folder)), ...fresh];
      this.onChange();
    });
    return { workspace: { workspaceFolders: { supported: true, changeNotifications: true } } };
  }
}

/** What `initialize` says of the workspace, in the client's own words. */
interface WorkspaceParams {
  readonly workspaceFolders?: readonly { readonly uri: string }[] | null;
  /** Of clients that know one folder only. */
  readonly rootUri?: string | null;
  readonly initializationOptions?: unknown;
}
