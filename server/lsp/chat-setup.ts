import type { Connection } from 'vscode-languageserver';
import { didChangeConversationMethod } from '../../protocol/index.js';
import { ChatService } from '../chat/chat-service.js';
import { DiffMention } from '../chat/mentions/diff.js';
import { FileMention } from '../chat/mentions/file.js';
import { Mentions } from '../chat/mentions/mentions.js';
import { ParsedFiles } from '../chat/mentions/parsed-files.js';
import { ProblemsMention } from '../chat/mentions/problems.js';
import { RepoMention } from '../chat/mentions/repo.js';
import { SelectionMention } from '../chat/mentions/selection.js';
import { SymbolMention } from '../chat/mentions/symbol.js';
import { WorkspaceFiles } from '../chat/mentions/workspace-files.js';
import { WorkspaceSource } from '../chat/mentions/workspace-source.js';
import { WorkspaceTexts } from '../chat/mentions/workspace-texts.js';
import type { SymbolIndex } from '../context/index/symbol-index.js';
import { WorkspaceChunks } from '../context/retrieval/workspace-chunks.js';
import type { GrammarStore } from '../context/syntax/grammar-store.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import type { Proposals } from '../refactor/proposals.js';
import { ChatApply } from './chat-apply.js';
import { ChatFeature } from './chat.js';
import type { ChatEngine } from './chat-engine.js';
import { ConversationStores } from './conversation-stores.js';
import type { Documents } from './documents.js';
import type { WorkspaceFolders } from './workspace-folders.js';

/** What conversations are made of. */
export interface ChatSetup {
  readonly connection: Connection;
  readonly documents: Documents;
  readonly workspace: WorkspaceFolders;
  readonly gate: ProvenanceGate;
  readonly syntax: SyntaxService;
  readonly grammars: GrammarStore;
  readonly symbols: SymbolIndex;
  readonly engine: ChatEngine;
  /** Where blocks of answers wait that are to be applied. */
  readonly proposals: Proposals;
  /** Where conversations are kept; without it they end with the server. */
  readonly folder: string | undefined;
}

export interface Chat {
  readonly feature: ChatFeature;
  /** Stops all answers, and waits until they are on the disk. Never rejects. */
  readonly close: () => Promise<void>;
}

/** Conversations, and what clients ask of them. */
export function chatOf({
  connection,
  documents,
  workspace,
  gate,
  syntax,
  grammars,
  symbols,
  engine,
  proposals,
  folder,
}: ChatSetup): Chat {
  const folders = () => workspace.current.folders;
  const open = { all: () => documents.all(), get: (uri: string) => documents.get(uri) };
  const texts = new WorkspaceTexts(folders, open, gate);
  const files = new WorkspaceFiles(folders, open, texts, gate);
  const parsed = new ParsedFiles(grammars);
  const chunks = new WorkspaceChunks(new WorkspaceSource(texts, symbols, files, open, parsed));
  const mentions = new Mentions({
    file: new FileMention(texts, files),
    symbol: new SymbolMention(texts, symbols, parsed),
    repo: new RepoMention(texts, chunks, symbols, open),
    diff: new DiffMention(texts, folders, () => workspace.current.trusted),
    selection: new SelectionMention(texts, syntax),
    problems: new ProblemsMention(texts, syntax),
  });
  const stores = new ConversationStores(folder, folders, {
    trouble: (message) => {
      connection.console.warn(message);
    },
    changed: (conversation) => {
      connection.sendNotification(didChangeConversationMethod, { conversation }).catch(() => {
        // The client is gone, and the transport's own handler ends the server.
      });
    },
  });
  const service = new ChatService(() => stores.current, engine, mentions);
  const apply = new ChatApply(service, documents, texts, parsed, proposals);
  const feature = new ChatFeature(connection, service, mentions, apply, () =>
    engine.availability(),
  );
  const close = async () => {
    await service.close();
    stores.close();
  };
  return { feature, close };
}
