import type { Connection } from 'vscode-languageserver';
import type { SymbolIndex } from '../context/index/symbol-index.js';
import type { ContextPlace, ContextSource } from '../context/snippets/context-source.js';
import { findDefinitions } from '../context/snippets/find-definitions.js';
import { RecentEdits } from '../context/snippets/recent-edits.js';
import { SimilarChunks } from '../context/snippets/similar-chunks.js';
import { WorkspaceContext } from '../context/snippets/workspace-context.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import type { Snippet } from '../prompt/snippet.js';
import { describeError } from '../engine/describe-error.js';
import type { Documents } from './documents.js';
import { pathIn } from './path-in.js';
import type { WorkspaceFolders } from './workspace-folders.js';

/** What an editor's other files say: its index, its open documents and what was edited in them. */
export class EditorContext implements ContextSource {
  private readonly edits = new RecentEdits();
  private readonly context: ContextSource;

  constructor(
    connection: Connection,
    documents: Documents,
    workspace: WorkspaceFolders,
    index: SymbolIndex,
    gate: ProvenanceGate,
  ) {
    const open = { all: () => documents.all(), get: (uri: string) => documents.get(uri) };
    const similar = new SimilarChunks(open);
    this.context = new WorkspaceContext(
      [
        (around) => findDefinitions(around, index),
        (around) => [this.edits.findings(around)],
        (around) => [similar.findings(around)],
      ],
      gate,
      (uri) => pathIn(workspace.current.folders, uri),
      (error) => {
        connection.console.error(
          `Looking into other files failed: ${describeError(error).message}`,
        );
      },
    );
    documents.onDidChangeContent(({ document }) => {
      this.edits.changed(document.uri, document.getText());
    });
    documents.onDidClose(({ document }) => {
      this.edits.closed(document.uri);
    });
  }

  snippets(place: ContextPlace, signal: AbortSignal): Promise<readonly Snippet[]> {
    return this.context.snippets(place, signal);
  }

  /** What was edited last anywhere, the latest last: an answer may repeat it. */
  drafts(): readonly string[] {
    return this.edits.drafts();
  }
}
