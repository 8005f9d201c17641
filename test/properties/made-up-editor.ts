/** An editor with a text of its own, which holds everything it is offered against it. */
import assert from 'node:assert/strict';
import type { CompletionItem, InlineCompletionItem, TextEdit } from 'vscode-languageserver/node';
import type { InProcessServer } from '../protocol/in-process.js';
import { withDeadline } from '../protocol/lsp-client.js';
import {
  applied,
  checkItem,
  offsetOf,
  positionOf,
  wholeOffset,
  type OfferedText,
} from './item-rules.js';
import type { Replacement, Step } from './script.js';

/** How the editor asks: for ghost text, or for a completion list. */
export type Door = 'inline' | 'list';

const DEADLINE_MS = 60_000;
/** What an editor's own list suggests behind the word before the cursor. */
const CHOSEN = 'Chosen(';

/** A text as models read it: LF alone, no byte order mark. */
function asRead(text: string): string {
  return text.replace(/^\ufeff+/, '').replace(/\r\n?/g, '\n');
}

export class MadeUpEditor {
  /** What a model should read before the hole, for every time that somebody asked. */
  readonly asked = new Set<string>();
  text = '';
  private cursor = 0;
  private version = 0;
  private offered: readonly OfferedText[] = [];
  /** Whether what is offered begins with what the editor's own list suggests. */
  private behindChosen = false;
  private readonly open: Promise<void>[] = [];

  constructor(
    private readonly server: InProcessServer,
    /** How often the model was asked. */
    private readonly generations: () => number,
    readonly uri: string,
    private readonly door: Door,
  ) {}

  async openDocument(languageId: string, text: string, at: number): Promise<void> {
    this.text = text;
    this.cursor = this.place(at);
    await this.server.client.open(this.uri, languageId, text, ++this.version);
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'type':
        return this.change([{ start: this.cursor, end: this.cursor, text: step.text }]);
      case 'jump':
        this.cursor = this.place(step.at);
        this.offered = [];
        return;
      case 'erase': {
        const there = this.addressable(this.cursor + step.units);
        const [start, end] = [Math.min(there, this.cursor), Math.max(there, this.cursor)];
        return this.change([{ start, end, text: '' }]);
      }
      case 'replace':
        return this.change(step.changes);
      case 'overwrite':
        this.text = step.text;
        this.cursor = this.place(0.5);
        this.offered = [];
        return this.server.client.change(this.uri, ++this.version, [{ text: step.text }]);
      case 'ask': {
        const selected = step.selected && this.door === 'inline';
        const answer = this.ask(step.by === 'hand' ? 1 : 2, selected);
        if (step.waits) return answer;
        this.open.push(answer);
        return;
      }
      case 'accept':
        return this.accept(step.which);
      case 'follow':
        return this.follow(step.share);
    }
  }

  /** Asks once more, waits for everything, and looks whether the server has the same document. */
  async finish(): Promise<void> {
    await this.ask(1, false);
    await Promise.all(this.open);
    assert.equal(this.server.textOf(this.uri), this.text, "the server's copy of the document");
  }

  /** The nearest place that a position can name: none is inside a CRLF. */
  private addressable(offset: number): number {
    const at = Math.max(0, Math.min(this.text.length, offset));
    return this.text[at - 1] === '\r' && this.text[at] === '\n' ? at - 1 : at;
  }

  private place(share: number): number {
    return this.addressable(Math.floor(share * this.text.length));
  }

  /** Applies changes here and tells the server; each is to the text that the one before has left. */
  private async change(
    changes: readonly (Replacement | { start: number; end: number; text: string })[],
  ): Promise<void> {
    const sent = changes.map((change) => {
      const start = 'at' in change ? this.place(change.at) : change.start;
      const end = 'at' in change ? this.addressable(start + change.removed) : change.end;
      const range = { start: positionOf(this.text, start), end: positionOf(this.text, end) };
      this.text = this.text.slice(0, start) + change.text + this.text.slice(end);
      this.cursor = this.addressable(start + change.text.length);
      return { range, text: change.text };
    });
    this.offered = [];
    await this.server.client.change(this.uri, ++this.version, sent);
  }

  private async ask(triggerKind: 1 | 2, selected: boolean): Promise<void> {
    const { text, cursor, version } = this;
    this.asked.add(asRead(text.slice(0, wholeOffset(text, cursor)) + (selected ? CHOSEN : '')));
    const items =
      this.door === 'list' ? await this.askList() : await this.askInline(triggerKind, selected);
    for (const item of items) checkItem(text, cursor, item);
    const texts = items.map((item) => item.text.trimEnd());
    assert.equal(new Set(texts).size, texts.length, 'no two candidates say the same');
    if (version !== this.version || cursor !== this.cursor) return;
    this.offered = items;
    this.behindChosen = selected;
  }

  private async askInline(triggerKind: 1 | 2, selected: boolean): Promise<OfferedText[]> {
    const { uri, text, cursor } = this;
    const word = /[\p{L}\p{N}_]*$/u.exec(text.slice(0, cursor))?.[0] ?? '';
    const range = { start: positionOf(text, cursor - word.length), end: positionOf(text, cursor) };
    const chosen = selected ? { selectedCompletionInfo: { range, text: word + CHOSEN } } : {};
    const { items } = await this.request<{ items: InlineCompletionItem[] }>(
      'textDocument/inlineCompletion',
      {
        textDocument: { uri },
        position: positionOf(text, cursor),
        context: { triggerKind, ...chosen },
      },
    );
    return items.map(({ insertText, range: replaced }) => {
      assert.equal(typeof insertText, 'string');
      assert.ok(replaced);
      return { text: insertText as string, range: replaced };
    });
  }

  private async askList(): Promise<OfferedText[]> {
    const { uri, text, cursor } = this;
    const { items } = await this.request<{ items: CompletionItem[] }>('textDocument/completion', {
      textDocument: { uri },
      position: positionOf(text, cursor),
      context: { triggerKind: 1 },
    });
    return items.map((item) => {
      const { newText, range } = item.textEdit as TextEdit;
      return { text: newText, range };
    });
  }

  private request<T>(method: string, params: unknown): Promise<T> {
    const answer = this.server.client.connection.sendRequest<T>(method, params);
    return withDeadline(answer, `an answer to ${method}`, DEADLINE_MS);
  }

  private async accept(which: number): Promise<void> {
    const item = this.offered[which] ?? this.offered[0];
    if (!item) return;
    const start = offsetOf(this.text, item.range.start);
    const end = offsetOf(this.text, item.range.end);
    await this.change([{ start, end, text: item.text }]);
  }

  /** Types what was offered as far as `share` of it, and asks again: without the model, the rest must mean the same. */
  private async follow(share: number): Promise<void> {
    const [item] = this.offered;
    if (!item || this.behindChosen || offsetOf(this.text, item.range.start) !== this.cursor) return;
    const length = wholeOffset(item.text, Math.floor(share * item.text.length));
    const meant = applied(this.text, item);
    await this.change([{ start: this.cursor, end: this.cursor, text: item.text.slice(0, length) }]);
    const before = this.generations();
    await this.ask(2, false);
    const [rest] = this.offered;
    if (rest && this.generations() === before) assert.equal(applied(this.text, rest), meant);
  }
}
