import {
  AnnotatedTextEdit,
  CreateFile,
  OptionalVersionedTextDocumentIdentifier,
  TextDocumentEdit,
  TextEdit,
  type ChangeAnnotation,
  type ClientCapabilities,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { EditHunk, EditProposal } from '../../protocol/index.js';

const ANNOTATION = 'lacuna';

/** Hunks of a proposal in the fullest form that the client understands: of one version, and with a word on who wrote it. */
export function workspaceEdit(
  { uri, version, creates, title, model }: EditProposal,
  hunks: readonly EditHunk[],
  client: ClientCapabilities,
): WorkspaceEdit {
  const { documentChanges, changeAnnotationSupport } = client.workspace?.workspaceEdit ?? {};
  const edits = hunks.map(({ range, newText }) => TextEdit.replace(range, newText));
  if (documentChanges !== true) return { changes: { [uri]: edits } };
  const annotated = changeAnnotationSupport !== undefined;
  const annotation: ChangeAnnotation = { label: title, description: `Written by ${model}` };
  const annotate = ({ range, newText }: TextEdit) =>
    AnnotatedTextEdit.replace(range, newText, ANNOTATION);
  const id = OptionalVersionedTextDocumentIdentifier.create(uri, version);
  return {
    documentChanges: [
      ...(creates ? [CreateFile.create(uri, { ignoreIfExists: false })] : []),
      TextDocumentEdit.create(id, annotated ? edits.map(annotate) : edits),
    ],
    ...(annotated && { changeAnnotations: { [ANNOTATION]: annotation } }),
  };
}

/** Whether the client can make a file when it applies an edit. */
export function canCreate({ workspace }: ClientCapabilities): boolean {
  const { documentChanges, resourceOperations } = workspace?.workspaceEdit ?? {};
  return documentChanges === true && resourceOperations?.includes('create') === true;
}
