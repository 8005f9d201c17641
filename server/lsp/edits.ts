import {
  ErrorCodes,
  ProgressType,
  ResponseError,
  type CancellationToken,
  type ClientCapabilities,
  type Connection,
  type ServerCapabilities,
} from 'vscode-languageserver';
import {
  editRequests,
  type AcceptParams,
  type AcceptResult,
  type EditOutcome,
  type EditProgress,
  type ProposalParams,
  type ProposeParams,
} from '../../protocol/index.js';
import { editTasks } from '../refactor/tasks.js';
import { checkPlace } from './check-place.js';
import { withSignal } from './cancellation.js';
import type { EditService } from './edit-service.js';
import type { Feature } from './feature.js';

const progressType = new ProgressType<EditProgress>();

/** `lacuna/edit/*`: edits that a model proposes and a person chooses from. */
export class EditsFeature implements Feature {
  constructor(
    private readonly connection: Connection,
    private readonly service: EditService,
  ) {}

  initialize(client: ClientCapabilities): ServerCapabilities {
    this.service.initialize(client);
    this.connection.onRequest(
      editRequests.propose,
      (params: ProposeParams, token: CancellationToken) => {
        checkProposal(params);
        return this.propose(params, token);
      },
    );
    this.connection.onRequest(
      editRequests.accept,
      (params: AcceptParams): Promise<AcceptResult> => {
        const { id, hunks } = checkId(params);
        if (hunks !== undefined && !Array.isArray(hunks)) throw invalid('hunks must be indices.');
        return this.service.accept(id, hunks);
      },
    );
    this.connection.onRequest(editRequests.discard, (params: ProposalParams) => {
      this.service.discard(checkId(params).id);
      return null;
    });
    return {};
  }

  private async propose(
    params: ProposeParams,
    token: CancellationToken,
  ): Promise<EditOutcome | ResponseError> {
    const { partialResultToken } = params;
    const report =
      partialResultToken === undefined
        ? undefined
        : (progress: EditProgress) => {
            void this.connection.sendProgress(progressType, partialResultToken, progress);
          };
    return withSignal(token, (signal) => this.service.propose(params, signal, report));
  }
}

/** @throws ResponseError (InvalidParams). Typed, but not checked: a client may send anything. */
export function checkProposal(params: ProposeParams): void {
  const { textDocument, range, kind } = params as unknown as {
    textDocument: ProposeParams['textDocument'];
    range?: Partial<ProposeParams['range']> | null;
    kind?: unknown;
  };
  for (const position of [range?.start, range?.end])
    checkPlace({ textDocument, position: position as ProposeParams['range']['start'] });
  if (typeof kind !== 'string' || !(kind in editTasks))
    throw invalid(`kind must be one of ${Object.keys(editTasks).join(', ')}.`);
  for (const name of ['instruction', 'diagnostic'] as const)
    if (params[name] !== undefined && typeof params[name] !== 'string')
      throw invalid(`${name} must be a string.`);
}

function checkId<T extends ProposalParams>(params: T): T {
  if (typeof (params as { id?: unknown } | null)?.id !== 'string')
    throw invalid('id must be a string.');
  return params;
}

function invalid(message: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidParams, message);
}
