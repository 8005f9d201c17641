import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { FoundModel, ModelsReport } from '../../protocol/index.js';
import { loadAddon } from '../engine/native/load-addon.js';
import { availableMemory } from './available-memory.js';
import { embeddedModel, modelFolder, withHome } from './find-model.js';
import { describeFile } from './local/describe-file.js';
import { listModels } from './local/list-models.js';
import { modelFolders } from './local/model-folders.js';

/** A search that has not ended by then shows what it has. */
const SEARCH_MS = 10_000;

/**
 * Models on this machine: the one that ships with Lacuna and those in the folders of programs that fetch them.
 *
 * @param contextLength tokens that the cache is reckoned for
 * @throws EngineError (as a rejection) where the native engine, which reads the files, is missing.
 */
export async function localModels(
  packageRoot: string,
  contextLength: number,
): Promise<ModelsReport> {
  const home = homedir();
  const lmStudioHome = await pointedAt(path.join(home, '.lmstudio-home-pointer'));
  const embedded = tryEmbedded(packageRoot);
  return listModels(
    {
      folders: modelFolders({
        platform: process.platform,
        home,
        environment: process.env,
        lmStudioHome,
      }),
      ...(embedded !== undefined && {
        embedded: { path: embedded, name: path.basename(embedded, '.gguf') },
      }),
      contextLength,
      availableBytes: availableMemory(),
      addon: loadAddon(packageRoot),
    },
    AbortSignal.timeout(SEARCH_MS),
  );
}

/**
 * What the file at `file` is.
 *
 * @throws EngineError where the native engine, which reads the file, is missing.
 */
export function describeModelFile(
  packageRoot: string,
  file: string,
  contextLength: number,
): FoundModel {
  const found = withHome(file);
  const name = path.basename(found).replace(/\.gguf$/i, '');
  return describeFile({ path: found, name }, '', contextLength, loadAddon(packageRoot));
}

/** The absolute path that a file of one line holds. */
async function pointedAt(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const target = text.trim();
  return path.isAbsolute(target) ? target : undefined;
}

function tryEmbedded(packageRoot: string): string | undefined {
  try {
    return embeddedModel(modelFolder(packageRoot));
  } catch {
    // A package without a model lists the others.
    return undefined;
  }
}
