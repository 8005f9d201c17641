import {
  InlineCompletionTriggerKind,
  type CancellationToken,
  type ClientCapabilities,
  type Connection,
  type InlineCompletionList,
  type InlineCompletionParams,
  type Position,
  type Range,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { isKnown } from '../completion/completion.js';
import { cursorOffset } from '../completion/hole.js';
import { unlessCancelled } from './cancellation.js';
import { checkPlace } from './check-place.js';
import type { CompletionService } from './completion-service.js';
import type { Documents } from './documents.js';
import type { Feature } from './feature.js';
import type { StatisticsFeature } from './statistics.js';

/** `textDocument/inlineCompletion`: ghost text. */
export class InlineCompletionFeature implements Feature {
  constructor(
    private readonly connection: Connection,
    private readonly documents: Documents,
    private readonly service: CompletionService,
    private readonly statistics: StatisticsFeature,
  ) {}

  initialize({ textDocument }: ClientCapabilities): ServerCapabilities {
    if (!textDocument?.inlineCompletion) return {};
    this.connection.languages.inlineCompletion.on((params, token) => {
      checkPlace(params);
      return unlessCancelled(token, this.provide(params, token));
    });
    return { inlineCompletionProvider: true };
  }

  private async provide(
    { textDocument, position, context }: InlineCompletionParams,
    token: CancellationToken,
  ): Promise<InlineCompletionList> {
    const document = this.documents.get(textDocument.uri);
    // Some clients say which version of the document they mean: for one that is past there is nothing to say.
    const meant = (textDocument as { version?: unknown }).version;
    if (!document || (typeof meant === 'number' && meant !== document.version)) {
      return { items: [] };
    }
    // The protocol requires a context, but not every client sends one.
    const given = context as InlineCompletionParams['context'] | undefined;
    const automatic = given?.triggerKind === InlineCompletionTriggerKind.Automatic;
    const selected =
      given?.selectedCompletionInfo && between(document, given.selectedCompletionInfo);
    // What is offered would have to reach over lines, too, and none may.
    if (selected && selected.range.start.line !== selected.range.end.line) return { items: [] };
    const since = this.statistics.asked(document.uri, automatic);
    const { version } = document;
    // The item chosen in the completion list is shown as if it were typed: what is offered must continue it.
    const typed = selected && withText(document, selected);
    const completions = await this.service.complete(
      { document: typed?.document ?? document, position: typed?.end ?? position, automatic },
      token,
    );
    const items = completions.map(({ text, range }) =>
      selected ? continuing(selected, text, range) : { text, range },
    );
    const [first] = completions;
    // What is cancelled or of the past is shown to nobody.
    if (first && !token.isCancellationRequested && document.version === version) {
      this.statistics.answered(document, items, isKnown(first), since);
    }
    return { items: items.map(({ text, range }) => ({ insertText: text, range })) };
  }
}

type Selection = NonNullable<InlineCompletionParams['context']['selectedCompletionInfo']>;

/** The chosen item in place of whole characters. */
function between(document: TextDocument, { text, range }: Selection): Selection {
  const whole = (position: Position) => document.positionAt(cursorOffset(document, position));
  return { text, range: { start: whole(range.start), end: whole(range.end) } };
}

function withText(document: TextDocument, { range, text }: Selection) {
  const source = document.getText();
  const start = document.offsetAt(range.start);
  const changed = TextDocument.create(
    document.uri,
    document.languageId,
    document.version,
    source.slice(0, start) + text + source.slice(document.offsetAt(range.end)),
  );
  return { document: changed, end: changed.positionAt(start + text.length) };
}

/** A completion behind the chosen item, as one text that takes the place of what the item replaces. */
function continuing(
  { range: { start, end }, text: chosen }: Selection,
  text: string,
  range: Range,
) {
  const replaced = range.end.character - range.start.character;
  return {
    text: chosen + text,
    range: { start, end: { ...end, character: end.character + replaced } },
  };
}
