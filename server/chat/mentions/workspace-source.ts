import { stat } from 'node:fs/promises';
import type { SymbolIndex } from '../../context/index/symbol-index.js';
import { sectionsOf, type Piece } from '../../context/retrieval/chunks.js';
import type { ChunkSource, SourceFile } from '../../context/retrieval/workspace-chunks.js';
import type { OpenDocuments } from '../../context/snippets/open-documents.js';
import { fileOf, pathOf } from '../../provenance/place.js';
import type { ParsedFiles } from './parsed-files.js';
import type { WorkspaceFiles } from './workspace-files.js';
import type { WorkspaceTexts } from './workspace-texts.js';

const prose = /\.(?:md|mdx|markdown|rst|adoc|txt)$/i;

/** What questions about the workspace are answered from: the code that its index knows, and what people wrote about it. */
export class WorkspaceSource implements ChunkSource {
  constructor(
    private readonly texts: WorkspaceTexts,
    private readonly index: SymbolIndex,
    private readonly list: WorkspaceFiles,
    private readonly documents: OpenDocuments,
    private readonly parsed: ParsedFiles,
  ) {}

  async files(): Promise<readonly SourceFile[]> {
    const code = this.index.indexedFiles().map(({ uri, size, mtimeMs }) => ({
      ...{ uri, path: this.texts.label(uri) },
      stamp: this.openStamp(uri) ?? `${size} ${mtimeMs}`,
    }));
    // Without an index nobody wants the workspace looked into.
    if (code.length === 0) return [];
    const found = (await this.list.all()).filter((uri) => prose.test(pathOf(uri)));
    const written = await Promise.all(found.map((uri) => this.written(uri)));
    return [...code, ...written.flatMap((file) => file ?? [])].sort((a, b) =>
      a.uri < b.uri ? -1 : 1,
    );
  }

  async read({ uri }: SourceFile): Promise<{ text: string; pieces: readonly Piece[] } | undefined> {
    const { text } = await this.texts.read(uri);
    if (text === undefined) return undefined;
    if (prose.test(pathOf(uri))) return { text, pieces: sectionsOf(text) };
    if (this.openStamp(uri) === undefined) return { text, pieces: this.index.definitionsIn(uri) };
    // The index knows of open documents what is saved of them.
    const tags = await this.parsed.ask(uri, text, (tree) => tree.tags().definitions);
    return { text, pieces: tags ?? this.index.definitionsIn(uri) };
  }

  private openStamp(uri: string): string | undefined {
    const open = this.documents.get(uri);
    return open && `open ${open.version}`;
  }

  private async written(uri: string): Promise<SourceFile | undefined> {
    const path = this.texts.label(uri);
    const open = this.openStamp(uri);
    if (open !== undefined) return { uri, path, stamp: open };
    try {
      const { size, mtimeMs } = await stat(fileOf(uri) ?? '');
      return { uri, path, stamp: `${size} ${mtimeMs}` };
    } catch {
      // It has gone meanwhile.
      return undefined;
    }
  }
}
