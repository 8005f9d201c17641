import { realpath } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import type { FoundModel, ModelsReport } from '../../../protocol/index.js';
import type { NativeAddon } from '../../engine/native/addon.js';
import { describeFile } from './describe-file.js';
import { findFiles, type FoundFile } from './find-files.js';
import { findOllama } from './find-ollama.js';
import type { ModelFolder } from './model-folders.js';

export interface ModelSearch {
  readonly folders: readonly ModelFolder[];
  /** The model that ships with Lacuna, if there is one. */
  readonly embedded?: FoundFile;
  /** What the cache is reckoned for, tokens. */
  readonly contextLength: number;
  readonly availableBytes: number;
  readonly addon: Pick<NativeAddon, 'openModelFile'>;
}

/**
 * Every model that this machine has, each file once, however many names lead to it. Headers are read one after the
 * other, with room for other work in between. Never rejects; incomplete where `signal` came before the end.
 */
export async function listModels(
  { folders, embedded, contextLength, availableBytes, addon }: ModelSearch,
  signal: AbortSignal,
): Promise<ModelsReport> {
  const found = await Promise.all(
    folders.map(async ({ program, folder, layout }) => ({
      program,
      ...(await (layout === 'ollama' ? findOllama : findFiles)(folder, signal)),
    })),
  );
  const files = [
    ...(embedded ? [{ program: 'Lacuna', file: embedded }] : []),
    ...found.flatMap(({ program, files }) => files.map((file) => ({ program, file }))),
  ];
  const models: FoundModel[] = [];
  const seen = new Set<string>();
  let incomplete = found.some((each) => each.incomplete);
  for (const { program, file } of files) {
    if (signal.aborted) {
      incomplete = true;
      break;
    }
    const target = await realpath(file.path).catch(() => undefined);
    if (target === undefined || seen.has(target)) continue;
    seen.add(target);
    models.push(describeFile(file, program, contextLength, addon));
    await breathe();
  }
  return {
    models: models.sort(byUse),
    availableBytes,
    searched: folders.map(({ program, folder }) => ({ program, folder })),
    incomplete,
  };
}

/** The embedded model, then what completes, what chats, what can be read, and the rest; by name. */
function byUse(a: FoundModel, b: FoundModel): number {
  return use(a) - use(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

function use({ program, completes, chats, memoryBytes }: FoundModel): number {
  if (program === 'Lacuna') return 0;
  if (completes) return 1;
  if (chats) return 2;
  return memoryBytes === undefined ? 4 : 3;
}
