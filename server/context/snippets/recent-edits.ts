import { pathOf } from '../../provenance/place.js';
import { isSecretFile } from '../../provenance/secret-files.js';
import { editBetween } from '../syntax/text-edit.js';
import type { TextRange } from '../syntax/text-range.js';
import type { Finding } from './finding.js';
import { sameFile } from './language-family.js';
import { lineWindow } from './line-window.js';
import type { Surroundings } from './surroundings.js';

/** An edited stretch of an open document, where it lies now. */
interface Edited extends TextRange {
  readonly uri: string;
}

/** Most stretches that are remembered. */
const MOST = 16;
/** Edits no further apart than this are one stretch, UTF-16 units. */
const NEAR = 200;
/** A longer one is a paste or a format run, and nothing that somebody thinks of; UTF-16 units. */
const LONGEST = 2000;
/** Lines that are shown before and behind an edit. */
const AROUND = 3;

/** What was edited last in the open documents. It is told of every text that a document has had. */
export class RecentEdits {
  private readonly texts = new Map<string, string>();
  /** The latest last. */
  private edits: readonly Edited[] = [];

  /** The text of a document from now on; the first one is none of its edits. Of files of secrets nothing is kept. */
  changed(uri: string, text: string): void {
    if (isSecretFile(pathOf(uri))) return;
    const before = this.texts.get(uri);
    this.texts.set(uri, text);
    const edit = before === undefined ? undefined : editBetween(before, text);
    if (!edit) return;
    const { start, oldEnd, newText } = edit;
    let merged: Edited = { uri, start, end: start + newText.length };
    const rest: Edited[] = [];
    for (const each of this.edits) {
      const moved = each.uri === uri ? movedBy(each, start, oldEnd, newText.length) : each;
      const touches =
        moved.uri === uri && moved.start - NEAR <= merged.end && merged.start <= moved.end + NEAR;
      if (touches) merged = union(moved, merged);
      else rest.push(moved);
    }
    this.edits = [...rest, merged].slice(-MOST);
  }

  closed(uri: string): void {
    this.texts.delete(uri);
    this.edits = this.edits.filter((each) => each.uri !== uri);
  }

  /** Stretches of other documents, the latest first. */
  findings({ uri }: Pick<Surroundings, 'uri'>): Finding[] {
    return this.windows()
      .filter((each) => !sameFile(each.uri, uri))
      .map((each) => {
        const isTrue = () => this.texts.get(each.uri)?.includes(each.text) ?? false;
        return { ...each, origin: 'edit', isTrue };
      });
  }

  /** The texts of all stretches, the latest last: what an answer may repeat. */
  drafts(): string[] {
    return this.windows()
      .map(({ text }) => text)
      .reverse();
  }

  private windows(): { uri: string; text: string }[] {
    return this.edits
      .filter(({ start, end }) => end - start <= LONGEST)
      .map((edit) => {
        const text = this.texts.get(edit.uri) ?? '';
        const { start, end } = lineWindow(text, edit, AROUND);
        return { uri: edit.uri, text: text.slice(start, end) };
      })
      .filter(({ text }) => text.trim() !== '' && text.length <= 2 * LONGEST)
      .reverse();
  }
}

/** Where a stretch lies after the text from `start` to `oldEnd` became `length` units long. */
function movedBy(edited: Edited, start: number, oldEnd: number, length: number): Edited {
  const move = (offset: number): number => {
    if (offset >= oldEnd) return offset + length - (oldEnd - start);
    return offset <= start ? offset : start + Math.min(length, offset - start);
  };
  return { ...edited, start: move(edited.start), end: move(edited.end) };
}

function union(one: Edited, other: Edited): Edited {
  const start = Math.min(one.start, other.start);
  return { ...one, start, end: Math.max(one.end, other.end) };
}
