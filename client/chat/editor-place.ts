import { DiagnosticSeverity, languages, window } from 'vscode';
import type { EditorPlace, EditorProblem } from '../../protocol/index.js';
import { rangeOf } from '../edits/range.js';

/** Most problems that the server looks at. */
const MOST_PROBLEMS = 200;

const severities: Readonly<Record<DiagnosticSeverity, EditorProblem['severity']>> = {
  [DiagnosticSeverity.Error]: 'error',
  [DiagnosticSeverity.Warning]: 'warning',
  [DiagnosticSeverity.Information]: 'information',
  [DiagnosticSeverity.Hint]: 'hint',
};

/**
 * Where the person is; undefined where no file is being looked at.
 *
 * @param asks whether a question is asked there, which may be about what the editor finds wrong
 */
export function editorPlace(asks = true): EditorPlace | undefined {
  const editor = window.activeTextEditor;
  if (!editor) return undefined;
  const uri = editor.document.uri.toString();
  const place = { uri, selection: rangeOf(editor.selection) };
  return asks ? { ...place, problems: problemsFrom(uri) } : place;
}

/** What the editor shows as problems, those of one file first. */
function problemsFrom(first: string): EditorProblem[] {
  const files = languages.getDiagnostics().map(([uri, found]) => ({ uri: uri.toString(), found }));
  return [...files.filter(({ uri }) => uri === first), ...files.filter(({ uri }) => uri !== first)]
    .flatMap(({ uri, found }) =>
      found.map(({ range, severity, message, source }) => ({
        ...{ uri, line: range.start.line, severity: severities[severity], message },
        ...(source !== undefined && { source }),
      })),
    )
    .slice(0, MOST_PROBLEMS);
}
