import { Range, window } from 'vscode';
import { serverCommands, type EditRange, type TextOutcome } from '../../protocol/index.js';
import type { Ctx } from '../ctx.js';
import { rangeOf } from '../edits/inline-edit.js';

/** Says what a piece of code does. Without arguments, what is selected in the editor that is written in. */
export async function explain(ctx: Ctx, uri?: string, range?: EditRange | Range): Promise<void> {
  const editor = window.activeTextEditor;
  const where = uri ?? editor?.document.uri.toString();
  const what = range ?? (editor && rangeOf(editor.selection));
  if (where === undefined || !what) return;
  const params = { command: serverCommands.explain, arguments: [where, what] };
  const { text, refusal } = await ctx.ask<TextOutcome>('workspace/executeCommand', params);
  await ctx.explanationDocument.show(text ?? `${refusal.message} ${refusal.remedy}`);
}
