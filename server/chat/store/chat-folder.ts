import { createHash } from 'node:crypto';
import path from 'node:path';
import { stateFolder } from '../../state/state-folder.js';

/** Where this user's conversations are kept, those of each workspace in a folder of its own. */
export function chatFolder(...system: Parameters<typeof stateFolder>): string {
  return path.join(stateFolder(...system), 'chat');
}

/** Where those of a workspace are; the order of its folders does not matter. */
export function workspaceChatFolder(chat: string, folders: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([...new Set(folders)].sort()));
  return path.join(chat, hash.digest('hex').slice(0, 32));
}
