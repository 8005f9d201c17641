/** Models of Ollama: a manifest for each name and tag says which blob holds the weights. */

import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FoundFile, FoundFiles } from './find-files.js';

const WEIGHTS = 'application/vnd.ollama.image.model';
const MOST_MANIFESTS = 2000;
/** A manifest takes about a kilobyte; a larger file is none. */
const LARGEST_MANIFEST = 1 << 20;

/** Nothing where there is no such folder. Never rejects; incomplete where `signal` came before the end. */
export async function findOllama(folder: string, signal: AbortSignal): Promise<FoundFiles> {
  const manifests = path.join(folder, 'manifests');
  const names = await readdir(manifests, { recursive: true }).catch(() => []);
  const files: FoundFile[] = [];
  let looked = 0;
  for (const name of names.sort()) {
    const parts = name.split(path.sep);
    // REGISTRY/NAMESPACE/MODEL/TAG
    if (parts.length !== 4) continue;
    if (signal.aborted || ++looked > MOST_MANIFESTS) return { files, incomplete: true };
    const digest = await weightsOf(path.join(manifests, name));
    if (digest)
      files.push({
        path: path.join(folder, 'blobs', digest.replace(':', '-')),
        name: title(parts),
      });
  }
  return { files, incomplete: false };
}

/** As `ollama list` prints it. */
function title([registry, namespace, model = '', tag = '']: readonly string[]): string {
  const own = registry === 'registry.ollama.ai';
  const owner = own && namespace === 'library' ? [] : own ? [namespace] : [registry, namespace];
  return `${[...owner, model].join('/')}:${tag}`;
}

async function weightsOf(manifest: string): Promise<string | undefined> {
  try {
    const { size } = await stat(manifest);
    if (size > LARGEST_MANIFEST) return undefined;
    return weightsDigest(JSON.parse(await readFile(manifest, 'utf8')));
  } catch {
    // A folder, half a download, or no manifest at all: there is no model to offer.
    return undefined;
  }
}

function weightsDigest(manifest: unknown): string | undefined {
  const layers = (manifest as { layers?: unknown } | null)?.layers;
  if (!Array.isArray(layers)) return undefined;
  for (const layer of layers as ({ mediaType?: unknown; digest?: unknown } | null)[]) {
    const { mediaType, digest } = layer ?? {};
    // Nothing but a digest may become a part of a path.
    if (mediaType === WEIGHTS && typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest))
      return digest;
  }
  return undefined;
}
