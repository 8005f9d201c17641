import { window } from 'vscode';
import type { EditorPlace } from '../../protocol/index.js';
import { rangeOf } from '../edits/inline-edit.js';

/** Where the person is; undefined where no file is being looked at. */
export function editorPlace(): EditorPlace | undefined {
  const editor = window.activeTextEditor;
  if (!editor) return undefined;
  return { uri: editor.document.uri.toString(), selection: rangeOf(editor.selection) };
}
