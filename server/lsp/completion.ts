import type {
  CancellationToken,
  ClientCapabilities,
  CompletionList,
  CompletionParams,
  Connection,
  ServerCapabilities,
} from 'vscode-languageserver';
import { unlessCancelled } from './cancellation.js';
import { checkPlace } from './check-place.js';
import { isKnown } from '../completion/completion.js';
import { completionItem } from './completion-item.js';
import type { CompletionService } from './completion-service.js';
import type { Documents } from './documents.js';
import type { Feature } from './feature.js';
import type { StatisticsFeature } from './statistics.js';

/** Where a completion is likely wanted although no word has begun. */
const triggerCharacters = ['.', ':', '=', '(', ',', '{'];

/**
 * `textDocument/completion`, for clients that know no ghost text. Never for those that do: they would show
 * everything twice.
 */
export class CompletionFeature implements Feature {
  constructor(
    private readonly connection: Connection,
    private readonly documents: Documents,
    private readonly service: CompletionService,
    private readonly statistics: StatisticsFeature,
  ) {}

  initialize({ textDocument }: ClientCapabilities): ServerCapabilities {
    if (textDocument?.inlineCompletion) return {};
    this.connection.onCompletion((params, token) => {
      checkPlace(params);
      return unlessCancelled(token, this.provide(params, token));
    });
    return { completionProvider: { triggerCharacters, resolveProvider: false } };
  }

  private async provide(
    { textDocument, position }: CompletionParams,
    token: CancellationToken,
  ): Promise<CompletionList> {
    const document = this.documents.get(textDocument.uri);
    if (!document) return { isIncomplete: true, items: [] };
    // Clients call what they ask for while somebody types `Invoked` too, so all of it counts as automatic.
    const query = { document, position, automatic: true, listed: true };
    const since = this.statistics.asked(document.uri, true);
    const [completion] = await this.service.complete(query, token);
    if (!completion || this.documents.get(textDocument.uri) !== document) {
      return { isIncomplete: true, items: [] };
    }
    this.statistics.answered(document, [completion], isKnown(completion), since);
    return { isIncomplete: true, items: [completionItem(document, completion)] };
  }
}
