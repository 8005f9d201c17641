/** Where the programs that fetch models keep them. */

import path from 'node:path';

export interface ModelFolder {
  /** The program that keeps its models there. */
  readonly program: string;
  readonly folder: string;
  /** `files`: GGUF files by their names, at any depth. `ollama`: blobs, named by manifests. */
  readonly layout: 'files' | 'ollama';
}

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What LM Studio's pointer file in the home folder says, if there is one: its folder was moved there. */
  readonly lmStudioHome?: string | undefined;
}

/** Every folder once, in the order in which they are searched. What somebody has set replaces the usual place. */
export function modelFolders(machine: Machine): readonly ModelFolder[] {
  const { home, environment, lmStudioHome } = machine;
  const files = (program: string, folders: readonly string[]): ModelFolder[] =>
    folders.map((folder) => ({ program, folder, layout: 'files' }));
  const cache = cacheFolder(machine);
  const ollama = environment['OLLAMA_MODELS'];
  const llama = environment['LLAMA_CACHE'];
  const hub =
    environment['HF_HUB_CACHE'] ??
    path.join(environment['HF_HOME'] ?? path.join(unixCache(machine), 'huggingface'), 'hub');
  const folders: ModelFolder[] = [
    ...files('LM Studio', [
      path.join(lmStudioHome ?? path.join(home, '.lmstudio'), 'models'),
      path.join(home, '.cache', 'lm-studio', 'models'),
    ]),
    ...(ollama
      ? [ollama]
      : [path.join(home, '.ollama', 'models'), '/usr/share/ollama/.ollama/models']
    ).map((folder): ModelFolder => ({ program: 'Ollama', folder, layout: 'ollama' })),
    ...files('llama.cpp', [llama ? llama : path.join(cache, 'llama.cpp')]),
    ...files('Hugging Face', [hub]),
  ];
  const seen = new Set<string>();
  return folders.filter(({ folder }) => {
    const known = seen.has(folder);
    seen.add(folder);
    return !known && path.isAbsolute(folder);
  });
}

/** Where llama.cpp caches, which follows each system's custom. */
function cacheFolder(machine: Machine): string {
  const { platform, home, environment } = machine;
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches');
  if (platform === 'win32')
    return environment['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
  return unixCache(machine);
}

/** Where Hugging Face caches on every system. */
function unixCache({ home, environment }: Machine): string {
  const given = environment['XDG_CACHE_HOME'];
  return given && path.isAbsolute(given) ? given : path.join(home, '.cache');
}
