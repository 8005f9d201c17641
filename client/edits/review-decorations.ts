import {
  Range,
  ThemeColor,
  Uri,
  window,
  type DecorationRenderOptions,
  type Disposable,
  type TextEditor,
} from 'vscode';
import type { Lines, ReviewText } from './review-text.js';

/** A sign beside the line: colours alone say nothing in high contrast, or to everybody's eyes. */
function sign(stroke: string, path: string): Uri {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><path d="${path}" stroke="${stroke}" stroke-width="2"/></svg>`;
  return Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`);
}

const wholeLine = (kind: 'removed' | 'inserted'): DecorationRenderOptions => ({
  isWholeLine: true,
  backgroundColor: new ThemeColor(`diffEditor.${kind}LineBackground`),
  overviewRulerColor: new ThemeColor(`diffEditorOverview.${kind}Foreground`),
  gutterIconSize: 'contain',
});

const ranges = (lines: readonly Lines[]) =>
  lines.map(({ first, last }) => new Range(first, 0, last, 0));

/** Paints lines that go and lines that come, in the colours of the diff editor. */
export class ReviewDecorations implements Disposable {
  private readonly removed = window.createTextEditorDecorationType({
    ...wholeLine('removed'),
    gutterIconPath: sign('#e5534b', 'M4 8h8'),
  });
  private readonly added = window.createTextEditorDecorationType({
    ...wholeLine('inserted'),
    gutterIconPath: sign('#3fa652', 'M4 8h8M8 4v8'),
  });

  /** Where the editor shows another text, it is not painted: it will be when that has come. */
  paint(editor: TextEditor, { text, removed, added }: ReviewText): void {
    if (newlines(editor.document.getText()) !== newlines(text)) return;
    editor.setDecorations(this.removed, ranges(removed));
    editor.setDecorations(this.added, ranges(added));
  }

  dispose(): void {
    this.removed.dispose();
    this.added.dispose();
  }
}

/** An editor has one kind of line end, a text may have several. */
const newlines = (text: string) => text.replace(/\r\n?/g, '\n');
