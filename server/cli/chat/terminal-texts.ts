/** What a question on the command line may mention: files of the folder it is asked in, definitions, changes, all of it. */

import { DiffMention } from '../../chat/mentions/diff.js';
import { FileMention } from '../../chat/mentions/file.js';
import { nothing, type MentionSource } from '../../chat/mentions/mention-source.js';
import { Mentions } from '../../chat/mentions/mentions.js';
import { parseMentions } from '../../chat/mentions/parse-mentions.js';
import { ParsedFiles } from '../../chat/mentions/parsed-files.js';
import { RepoMention } from '../../chat/mentions/repo.js';
import { SymbolMention } from '../../chat/mentions/symbol.js';
import { WorkspaceFiles } from '../../chat/mentions/workspace-files.js';
import { WorkspaceSource } from '../../chat/mentions/workspace-source.js';
import { WorkspaceTexts } from '../../chat/mentions/workspace-texts.js';
import type { QuestionTexts } from '../../chat/question-texts.js';
import { contextTextOf } from '../../chat/shown-text.js';
import { indexWorkerFile } from '../../context/index/worker/index-worker.js';
import { WorkspaceIndex } from '../../context/index/workspace-index.js';
import { WorkspaceChunks } from '../../context/retrieval/workspace-chunks.js';
import { GrammarStore, grammarFolders } from '../../context/syntax/grammar-store.js';
import type { ContextText } from '../../prompt/chat/context-text.js';
import { ProvenanceGate } from '../../provenance/gate.js';

/** No document is open in a terminal. */
const closed = { all: () => [], get: () => undefined };
const editorOnly: MentionSource = {
  find: (mention) => Promise.resolve(nothing(mention, 'There is no editor here.')),
};

/** Texts for the model, and for a person what became of those that it is not shown whole. */
export interface FoundTexts {
  readonly texts: readonly ContextText[];
  readonly notes: readonly string[];
}

/** Texts of `folder`, which is indexed when a question asks for what an index knows first. */
export class TerminalTexts {
  private readonly index: WorkspaceIndex;
  private readonly mentions: QuestionTexts;
  private indexed: Promise<void> | undefined;

  constructor(
    private readonly folder: string,
    current: string,
    packageRoot: string,
  ) {
    const grammars = grammarFolders(packageRoot);
    this.index = new WorkspaceIndex(
      { workerFile: indexWorkerFile(packageRoot), grammars },
      { progress: () => undefined, ready: () => undefined, trouble: () => undefined },
    );
    const { symbols } = this.index;
    // Names count from the current folder as well.
    const folders = () => (current === folder ? [folder] : [folder, current]);
    const gate = new ProvenanceGate(() => ({ folders: folders(), trusted: true }));
    const texts = new WorkspaceTexts(folders, closed, gate);
    const files = new WorkspaceFiles(folders, closed, texts, gate);
    const parsed = new ParsedFiles(new GrammarStore(grammars));
    const chunks = new WorkspaceChunks(new WorkspaceSource(texts, symbols, files, closed, parsed));
    this.mentions = new Mentions({
      file: new FileMention(texts, files),
      symbol: new SymbolMention(texts, symbols, parsed),
      repo: new RepoMention(texts, chunks, symbols, closed),
      diff: new DiffMention(texts, folders, () => true),
      selection: editorOnly,
      problems: editorOnly,
    });
  }

  /** What a question mentions, as the gate lets it pass. */
  async find(question: string, signal: AbortSignal): Promise<FoundTexts> {
    const kinds = new Set(parseMentions(question).map(({ kind }) => kind));
    if (kinds.has('symbol') || kinds.has('repo')) await this.whole();
    const found = await this.mentions.find({ question }, signal);
    return {
      texts: found.filter(({ text }) => text !== '').map(contextTextOf),
      notes: found.flatMap(({ source: { label, note } }) =>
        note === undefined ? [] : [`${label}: ${note}`],
      ),
    };
  }

  async close(): Promise<void> {
    await this.index.close();
  }

  private whole(): Promise<void> {
    this.indexed ??= this.index
      .open({ folders: [this.folder], trusted: true })
      .then(() => this.index.ready());
    return this.indexed;
  }
}
