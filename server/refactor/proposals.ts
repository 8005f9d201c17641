import { TextDocument } from 'vscode-languageserver-textdocument';
import type { EditHunk, EditPosition, EditProposal } from '../../protocol/index.js';
import type { EditDraft } from './draft.js';
import { hunksBetween } from './hunks.js';
import { splitLines } from './lines.js';

/** Most proposals that wait for somebody's decision; the oldest are forgotten first. */
const MOST = 64;

/** The proposals that nobody has accepted or discarded yet. */
export class Proposals {
  private readonly waiting = new Map<string, EditProposal>();
  /** Of those whose document is not open: no version tells whether it was changed. */
  private readonly texts = new WeakMap<EditProposal, string>();
  private count = 0;

  /** @param text of the document before the edit; empty for a file that is to be created */
  add(draft: EditDraft, text: string): EditProposal {
    const proposal = proposalOf(`edit-${++this.count}`, draft, text);
    this.waiting.set(proposal.id, proposal);
    if (draft.version === null && !draft.creates) this.texts.set(proposal, text);
    for (const oldest of this.waiting.keys()) {
      if (this.waiting.size <= MOST) break;
      this.waiting.delete(oldest);
    }
    return proposal;
  }

  get(id: string): EditProposal | undefined {
    return this.waiting.get(id);
  }

  /** What the file held that a proposal was made for; undefined where it is open, or to be created. */
  textOf(proposal: EditProposal): string | undefined {
    return this.texts.get(proposal);
  }

  forget(id: string): void {
    this.waiting.delete(id);
  }
}

/** A draft with its lines as an editor counts them, cut into hunks. */
export function proposalOf(id: string, draft: EditDraft, text: string): EditProposal {
  const { title, uri, version, creates, oldText, newText, model, attempts, parsed, usage } = draft;
  const document = TextDocument.create(uri, '', 0, text);
  const start = document.positionAt(draft.start);
  const end = document.positionAt(draft.end);
  return {
    ...{ id, title, uri, version, creates, range: { start, end }, oldText, newText },
    hunks: hunksOf(oldText, newText, start, end),
    ...{ model, attempts, parsed },
    ...(usage && { usage }),
  };
}

/** @param start of a line */
export function hunksOf(
  oldText: string,
  newText: string,
  start: EditPosition,
  end: EditPosition,
): EditHunk[] {
  const lines = splitLines(oldText).length;
  const at = (line: number): EditPosition =>
    line === lines ? end : { line: start.line + line, character: 0 };
  return hunksBetween(oldText, newText).map(({ start: first, oldLines, newLines }) => ({
    range: { start: at(first), end: at(first + oldLines.length) },
    oldText: oldLines.join(''),
    newText: newLines.join(''),
  }));
}

/** What of a proposal's hunks is applied, all of them where none are named; undefined where an index is none of theirs. */
export function chosenHunks(
  { hunks }: EditProposal,
  indices: readonly number[] | undefined,
): EditHunk[] | undefined {
  if (indices === undefined) return [...hunks];
  const chosen = [...new Set(indices)].sort((a, b) => a - b).map((index) => hunks[index]);
  return chosen.every((hunk) => hunk !== undefined) ? chosen : undefined;
}
