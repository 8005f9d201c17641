import { TextDocument } from 'vscode-languageserver-textdocument';
import { openParsed, UNHURRIED_MS } from '../../context/syntax/parsed-document.js';
import type { SyntaxService } from '../../context/syntax/syntax-service.js';
import type { Engine, Generation } from '../../engine/contract.js';
import type { ProvenanceGate } from '../../provenance/gate.js';
import type { DraftOutcome } from '../../refactor/edit-request.js';
import { proposeEdit } from '../../refactor/propose-edit.js';
import { changedRequests } from '../run/changed-requests.js';
import type { EditAnswer, EditCost } from './edit-prediction.js';
import type { EditTask } from './task.js';

export interface TaskEditorParts {
  readonly gate: ProvenanceGate;
  readonly syntax: SyntaxService;
}

/** Follows the instructions of tasks as an editor does that asks for a rewritten selection. */
export function taskEditor(
  engine: Engine,
  { gate, syntax }: TaskEditorParts,
): (task: EditTask, signal: AbortSignal) => Promise<EditAnswer> {
  return async (task, signal) => {
    const { before, file, instruction, language, selected } = task;
    const document = TextDocument.create(`lacuna-eval:///${file}`, language, 1, before);
    const generations: Generation[] = [];
    const watched = changedRequests(engine, {
      onGeneration: (generation) => generations.push(generation),
    });
    await openParsed(syntax, document);
    try {
      const outcome = await proposeEdit(
        { document, range: selected, kind: 'rewrite', instruction },
        { engine: watched, gate, syntax, path: file, parseMs: UNHURRIED_MS },
        signal,
      );
      return { ...resultOf(before, outcome), ...(await costOf(generations)) };
    } finally {
      syntax.close(document.uri);
    }
  };
}

function resultOf(
  before: string,
  { draft, refusal }: DraftOutcome,
): { text: string } | { refusal: string } {
  if (!draft) return { refusal: refusal.message };
  return { text: before.slice(0, draft.start) + draft.newText + before.slice(draft.end) };
}

/** A refused edit has cost something, too. */
async function costOf(generations: readonly Generation[]): Promise<EditCost> {
  let [generatedTokens, decodeMs] = [0, 0];
  for (const { summary } of generations) {
    const ended = await summary;
    generatedTokens += ended.generatedTokens;
    decodeMs += ended.decodeMs;
  }
  const tokensPerSecond = decodeMs > 0 ? (1000 * generatedTokens) / decodeMs : null;
  return { attempts: generations.length, generatedTokens, tokensPerSecond };
}
