import {
  InlineCompletionTriggerKind,
  type CancellationToken,
  type ClientCapabilities,
  type Connection,
  type InlineCompletionItem,
  type InlineCompletionList,
  type InlineCompletionParams,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { unlessCancelled } from './cancellation.js';
import { checkPlace } from './check-place.js';
import type { CompletionService } from './completion-service.js';
import type { Documents } from './documents.js';
import type { Feature } from './feature.js';

/** `textDocument/inlineCompletion`: ghost text. */
export class InlineCompletionFeature implements Feature {
  constructor(
    private readonly connection: Connection,
    private readonly documents: Documents,
    private readonly service: CompletionService,
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
    if (!document) return { items: [] };
    // The protocol requires a context, but not every client sends one.
    const given = context as InlineCompletionParams['context'] | undefined;
    const automatic = given?.triggerKind === InlineCompletionTriggerKind.Automatic;
    const selected = given?.selectedCompletionInfo;
    if (!selected) {
      const completions = await this.service.complete({ document, position, automatic }, token);
      return { items: completions.map(({ text, range }) => ({ insertText: text, range })) };
    }
    // The item chosen in the completion list is shown as if it were typed: what is offered must continue it.
    const accepted = withText(document, selected);
    const completions = await this.service.complete(
      { document: accepted.document, position: accepted.end, automatic },
      token,
    );
    const { start, end } = selected.range;
    const items = completions.map(({ text, range }): InlineCompletionItem => {
      const replaced = range.end.character - range.start.character;
      return {
        insertText: selected.text + text,
        range: { start, end: { ...end, character: end.character + replaced } },
      };
    });
    return { items };
  }
}

type Selection = NonNullable<InlineCompletionParams['context']['selectedCompletionInfo']>;

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
