import { workspaceChatFolder } from '../chat/store/chat-folder.js';
import { ConversationStore } from '../chat/store/conversation-store.js';
import { FolderWatch } from '../chat/store/folder-watch.js';

/** Hears what the person should know of their conversations. */
export interface StoresObserver {
  /** Something cannot be written or read; a sentence. */
  readonly trouble: (message: string) => void;
  /** Another server has changed a conversation. */
  readonly changed: (conversation: string) => void;
}

/** The conversations of the workspace that the editor has open now. */
export class ConversationStores {
  private readonly known = new Map<string, ConversationStore>();
  private watched: { readonly folder: string; readonly watch: FolderWatch } | undefined;

  /** @param chat where conversations are kept; without it they end with the server */
  constructor(
    private readonly chat: string | undefined,
    private readonly folders: () => readonly string[],
    private readonly observer: StoresObserver,
  ) {}

  get current(): ConversationStore {
    const folder = workspaceChatFolder(this.chat ?? '', this.folders());
    const store = this.known.get(folder) ?? this.make(folder);
    if (this.chat !== undefined) this.watch(folder, store);
    return store;
  }

  /** Watches nothing any more, until somebody asks for conversations again. */
  close(): void {
    this.watched?.watch.close();
    this.watched = undefined;
  }

  private make(folder: string): ConversationStore {
    const kept = this.chat === undefined ? undefined : folder;
    const store = new ConversationStore(kept, this.observer.trouble);
    this.known.set(folder, store);
    return store;
  }

  /** Watches the folder, as soon as there is one. */
  private watch(folder: string, store: ConversationStore): void {
    const { watched } = this;
    if (watched?.folder === folder && watched.watch.isWatching) return;
    watched?.watch.close();
    const watch = new FolderWatch(folder, (names) => {
      void store.changedElsewhere(names).then((changed) => {
        for (const conversation of changed) this.observer.changed(conversation);
      });
    });
    this.watched = { folder, watch };
  }
}
