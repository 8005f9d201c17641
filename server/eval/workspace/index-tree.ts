import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileTags } from '../../context/index/file-tags.js';
import { MemoryIndex } from '../../context/index/memory-index.js';
import type { GrammarStore } from '../../context/syntax/grammar-store.js';
import { grammarNameOf } from '../../context/syntax/languages.js';
import { parseText } from '../../context/syntax/parse-text.js';
import type { ProvenanceGate } from '../../provenance/gate.js';
import type { SourceFile } from '../cut/source-files.js';

/** A text that takes longer is left out, milliseconds. */
const PARSE_MS = 10_000;

/**
 * What the source files of a tree define and use, those aside that the gate keeps out of prompts. Whole when it is
 * answered, so that what is asked of it does not depend on how fast the machine is.
 */
export async function indexTree(
  root: string,
  files: readonly SourceFile[],
  grammars: GrammarStore,
  gate: ProvenanceGate,
): Promise<MemoryIndex> {
  const index = new MemoryIndex();
  for (const file of files) {
    const name = grammarNameOf(file.language);
    const uri = pathToFileURL(path.join(root, file.path)).href;
    if (name === undefined || (await gate.refuses(uri, 'context'))) continue;
    const tree = parseText(await grammars.load(name), file.text, PARSE_MS);
    if (!tree) continue;
    index.set(uri, fileTags(tree));
    tree.dispose();
  }
  return index;
}
