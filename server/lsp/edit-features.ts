import type { Connection } from 'vscode-languageserver';
import type { GrammarStore } from '../context/syntax/grammar-store.js';
import { grammarNameOf } from '../context/syntax/languages.js';
import { parseText } from '../context/syntax/parse-text.js';
import { UNHURRIED_MS } from '../context/syntax/parsed-document.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { Proposals } from '../refactor/proposals.js';
import type { ChatEngine } from './chat-engine.js';
import { CodeActionFeature } from './code-action.js';
import type { Documents } from './documents.js';
import { EditCommands } from './edit-commands.js';
import { EditService } from './edit-service.js';
import { EditsFeature } from './edits.js';
import type { Feature } from './feature.js';
import { FileTexts } from './file-texts.js';
import { WorkProgress } from './work-progress.js';
import type { WorkspaceFolders } from './workspace-folders.js';

export interface EditParts {
  readonly connection: Connection;
  readonly documents: Documents;
  readonly workspace: WorkspaceFolders;
  readonly chat: Pick<ChatEngine, 'engine' | 'availability' | 'requestFailed'>;
  readonly gate: ProvenanceGate;
  readonly syntax: SyntaxService;
  readonly grammars: Pick<GrammarStore, 'load'>;
  /** Where proposals wait; conversations put theirs there, too. */
  readonly proposals: Proposals;
}

/** Everything by which a model edits, and who knows whom. */
export function editsOf({
  connection,
  documents,
  workspace,
  chat,
  gate,
  syntax,
  grammars,
  proposals,
}: EditParts): { readonly features: readonly Feature[]; readonly commands: EditCommands['all'] } {
  const service = new EditService(
    connection,
    documents,
    workspace,
    chat,
    gate,
    syntax,
    proposals,
    new FileTexts(documents),
    async (languageId, text) => {
      const name = grammarNameOf(languageId);
      return name && parseText(await grammars.load(name), text, UNHURRIED_MS);
    },
  );
  const progress = new WorkProgress(connection);
  const commands = new EditCommands(
    connection,
    documents,
    workspace,
    chat,
    gate,
    syntax,
    service,
    progress,
  );
  const actions = new CodeActionFeature(
    connection,
    documents,
    chat,
    gate,
    syntax,
    service,
    progress,
  );
  return { features: [new EditsFeature(connection, service), actions], commands: commands.all };
}
