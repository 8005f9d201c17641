import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContextSource } from '../../context/snippets/context-source.js';
import { findDefinitions } from '../../context/snippets/find-definitions.js';
import type { OpenText } from '../../context/snippets/open-documents.js';
import { ChunkCache, SimilarChunks } from '../../context/snippets/similar-chunks.js';
import type { Surroundings } from '../../context/snippets/surroundings.js';
import { WorkspaceContext } from '../../context/snippets/workspace-context.js';
import type { GrammarStore } from '../../context/syntax/grammar-store.js';
import { ProvenanceGate } from '../../provenance/gate.js';
import { sourceFiles, type SourceFile } from '../cut/source-files.js';
import { indexTree } from './index-tree.js';

/** The source tree that holes were cut into, as an editor would have it open. */
export interface EvalWorkspace {
  readonly gate: ProvenanceGate;
  /** The place of a file in the tree; undefined where it is not there. */
  placeOf(file: string): FilePlace | undefined;
}

export interface FilePlace {
  readonly uri: string;
  /** What the other files of the tree say. */
  readonly context: ContextSource;
}

/** How many files of its folder stand open beside the one that is written in. */
const TABS = 8;

/**
 * A workspace of the files below `folder`. Nothing of a hole's own file is taken from there: the answer stands in it.
 *
 * @throws EngineError where the folder cannot be read.
 */
export async function openWorkspace(
  folder: string,
  languageOf: (file: string) => string | undefined,
  grammars: GrammarStore,
): Promise<EvalWorkspace> {
  const root = path.resolve(folder);
  const files = sourceFiles(root, languageOf);
  const gate = new ProvenanceGate(() => ({ folders: [root], trusted: true }));
  const index = await indexTree(root, files, grammars, gate);
  const uriOf = (file: string) => pathToFileURL(path.join(root, file)).href;
  const names = new Map(files.map(({ path: file }) => [uriOf(file), file]));
  const chunks = new ChunkCache();
  const texts = new Map(
    files.map(({ path: file, text }): [string, OpenText] => [
      file,
      { uri: uriOf(file), version: 1, getText: () => text },
    ]),
  );
  return {
    gate,
    placeOf(file) {
      if (!texts.has(file)) return undefined;
      const tabs = siblings(file, files).flatMap((each) => texts.get(each) ?? []);
      const similar = new SimilarChunks(
        { all: () => tabs, get: (uri) => tabs.find((each) => each.uri === uri) },
        chunks,
      );
      const retrievers = [
        (around: Surroundings) => findDefinitions(around, index),
        (around: Surroundings) => [similar.findings(around)],
      ];
      return {
        uri: uriOf(file),
        context: new WorkspaceContext(retrievers, gate, (uri) => names.get(uri)),
      };
    },
  };
}

/** Files of the same folder and language, those next to it by name first. */
function siblings(file: string, files: readonly SourceFile[]): string[] {
  const folder = path.posix.dirname(file);
  const language = files.find((each) => each.path === file)?.language;
  const row = files
    .filter((each) => each.language === language && path.posix.dirname(each.path) === folder)
    .map((each) => each.path);
  const at = row.indexOf(file);
  return row
    .map((each, index) => ({ each, distance: Math.abs(index - at) }))
    .filter(({ distance }) => distance > 0)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, TABS)
    .map(({ each }) => each);
}
