import { ConversationStore } from '../chat/store/conversation-store.js';
import { workspaceChatFolder } from '../chat/store/chat-folder.js';

/** The conversations of the workspace that the editor has open now. */
export class ConversationStores {
  private readonly known = new Map<string, ConversationStore>();

  /** @param chat where conversations are kept; without it they end with the server */
  constructor(
    private readonly chat: string | undefined,
    private readonly folders: () => readonly string[],
    private readonly trouble: (message: string) => void,
  ) {}

  get current(): ConversationStore {
    const folder = workspaceChatFolder(this.chat ?? '', this.folders());
    const known = this.known.get(folder);
    if (known) return known;
    const kept = this.chat === undefined ? undefined : folder;
    const store = new ConversationStore(kept, this.trouble);
    this.known.set(folder, store);
    return store;
  }
}
