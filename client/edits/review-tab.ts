import {
  languages,
  Position,
  Range,
  Selection,
  TabInputText,
  TabInputTextDiff,
  TextEditorRevealType,
  Uri,
  ViewColumn,
  window,
  workspace,
  type Tab,
  type TextDocument,
} from 'vscode';
import { reviewScheme } from '../command-ids.js';

/** Where a review is shown, and what it is shown in place of. */
export interface ReviewTab {
  /** Of the review. */
  readonly uri: Uri;
  /** What it would change. */
  readonly source: Uri;
  readonly column: ViewColumn | undefined;
}

/** The URI without the side of the review that it names. */
export const wholeReview = (uri: Uri): Uri => uri.with({ fragment: '' });

/** Of the review that has the focus, or of one side of it in a diff editor. */
export function activeReview(): Uri | undefined {
  const uri = window.activeTextEditor?.document.uri;
  return uri?.scheme === reviewScheme ? uri : undefined;
}

/** The document at `uri`, or undefined where it is yet to be created. */
export async function existing(uri: Uri): Promise<TextDocument | undefined> {
  try {
    return await workspace.openTextDocument(uri);
  } catch {
    return undefined;
  }
}

/** Shows a review in the place of its source, with the same lines on the screen. */
export async function openTab(
  { uri, column }: ReviewTab,
  source: TextDocument | undefined,
  line: number,
): Promise<void> {
  const editor = window.visibleTextEditors.find((each) => each.document === source);
  const top = editor?.visibleRanges[0]?.start.line;
  let document = await workspace.openTextDocument(uri);
  if (source && document.languageId !== source.languageId)
    document = await languages.setTextDocumentLanguage(document, source.languageId);
  const at = new Position(Math.min(line, document.lineCount - 1), 0);
  const shown = await window.showTextDocument(document, {
    viewColumn: column ?? ViewColumn.Active,
    preview: false,
    selection: new Range(at, at),
  });
  if (top !== undefined) shown.revealRange(new Range(top, 0, top, 0), TextEditorRevealType.AtTop);
}

/** Puts the cursor on a line of a review, where that has the focus. */
export function moveTo({ uri }: ReviewTab, line: number): void {
  const editor = window.activeTextEditor;
  if (editor?.document.uri.toString() !== uri.toString()) return;
  const at = new Position(line, 0);
  editor.selection = new Selection(at, at);
  editor.revealRange(editor.selection, TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Closes all that shows a review. */
export async function closeTabs({ uri }: ReviewTab): Promise<void> {
  const shows = (each: Uri) => wholeReview(each).toString() === uri.toString();
  const isOf = ({ input }: Tab) =>
    (input instanceof TabInputText && shows(input.uri)) ||
    (input instanceof TabInputTextDiff && shows(input.modified));
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs).filter(isOf);
  await window.tabGroups.close(tabs, true);
}

/** Shows what was reviewed, with the cursor at `at` or where it was. */
export async function showSource({ source, column }: ReviewTab, at?: Position): Promise<void> {
  const document = await existing(source);
  if (!document) return;
  await window.showTextDocument(document, {
    ...(column !== undefined && { viewColumn: column }),
    ...(at && { selection: new Range(at, at) }),
  });
}
