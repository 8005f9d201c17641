import {
  chat,
  commands,
  ChatResponseTurn,
  l10n,
  lm,
  Location,
  Position,
  Range,
  ThemeIcon,
  Uri,
  workspace,
  type CancellationToken,
  type ChatContext,
  type ChatParticipant,
  type ChatRequest,
  type ChatResponseStream,
  type ChatResult,
} from 'vscode';
import {
  chatRequests,
  type ChatProgress,
  type ChatSource,
  type Conversation,
  type Turn,
} from '../../protocol/index.js';
import { clientCommands } from '../command-ids.js';
import type { Ctx } from '../ctx.js';
import { editorPlace } from './editor-place.js';
import { vendor } from './model-provider.js';

/** As package.json contributes it. */
const participantId = 'lacuna.chat';

/** What is kept with each answer in VS Code's own history: where the conversation goes on. */
interface Kept {
  readonly conversation: string;
  readonly turn: string;
}

/** `@lacuna` in VS Code's chat. Its conversations are Lacuna's own: they are found in its history as well. */
export function registerParticipant(ctx: Ctx): ChatParticipant {
  const participant = chat.createChatParticipant(participantId, (request, context, stream, token) =>
    answer(ctx, request, context, stream, token),
  );
  participant.iconPath = new ThemeIcon('sparkle');
  return participant;
}

/**
 * Opens VS Code's chat with `@lacuna` in its input. In its mode for questions: the other modes want a model that calls
 * tools, and show no participant an answer without one.
 */
export async function askParticipant(): Promise<void> {
  // VS Code reads what models there are when somebody asks for them.
  await lm.selectChatModels({ vendor });
  const query = '@lacuna ';
  await commands.executeCommand('workbench.action.chat.open', {
    mode: 'ask',
    query,
    isPartialQuery: true,
  });
}

async function answer(
  ctx: Ctx,
  request: ChatRequest,
  { history }: ChatContext,
  stream: ChatResponseStream,
  token: CancellationToken,
): Promise<ChatResult> {
  const availability = await ctx.chatAvailability();
  if (!availability.available) {
    const { message, remedy } = availability;
    stream.markdown(plain(`${message} ${remedy}`));
    stream.button({
      command: clientCommands.chooseChatModel,
      title: l10n.t('Choose a chat model'),
    });
    return {};
  }
  const { conversation } = await continued(ctx, history);
  const turn = await ctx.ask<Turn, ChatProgress>(
    chatRequests.send,
    { conversation, question: questionOf(request), place: editorPlace() },
    {
      token,
      onProgress: (progress) => {
        show(progress, stream);
      },
    },
  );
  const { error, state, id } = turn;
  if (state === 'cut') stream.markdown(`\n\n*${l10n.t('There was no room for more.')}*`);
  return {
    metadata: { conversation, turn: id } satisfies Kept,
    ...(error && { errorDetails: { message: `${error.message} ${error.remedy}` } }),
  };
}

/** The conversation that the history shows the end of; a fork where VS Code has dropped turns of it, else a new one. */
async function continued(
  ctx: Ctx,
  history: ChatContext['history'],
): Promise<{ conversation: string }> {
  const last = history.findLast((each) => each instanceof ChatResponseTurn);
  const kept = last?.result.metadata as Partial<Kept> | undefined;
  if (kept?.conversation !== undefined && kept.turn !== undefined) {
    const { conversation, turn } = kept;
    try {
      const { turns } = await ctx.ask<Conversation>(chatRequests.open, { conversation });
      if (turns.at(-1)?.id === turn) return { conversation };
      const fork = await ctx.ask<Conversation>(chatRequests.fork, { conversation, turn });
      return { conversation: fork.id };
    } catch {
      // Somebody has removed it from the history of Lacuna.
    }
  }
  const { id } = await ctx.ask<Conversation>(chatRequests.create, {});
  return { conversation: id };
}

/** What was asked, with a mention for each file that was attached. */
function questionOf({ prompt, references }: ChatRequest): string {
  const files = references.map(({ value }) =>
    value instanceof Uri ? value : value instanceof Location ? value.uri : undefined,
  );
  const mentions = files
    .filter((uri) => uri?.scheme === 'file')
    .map((uri) => `@file:${uri ? workspace.asRelativePath(uri, false) : ''}`)
    .filter((mention) => !/\s/.test(mention) && !prompt.includes(mention));
  return [prompt, [...new Set(mentions)].join(' ')].filter(Boolean).join('\n\n');
}

function show(progress: ChatProgress, stream: ChatResponseStream): void {
  switch (progress.kind) {
    case 'turn':
      for (const source of progress.turn.sources) showSource(source, stream);
      break;
    case 'reasoning':
      stream.progress(l10n.t('The model thinks…'));
      break;
    case 'answer':
      stream.markdown(progress.text);
  }
}

function showSource({ uri, lines, label, note }: ChatSource, stream: ChatResponseStream): void {
  if (note !== undefined) stream.progress(`${label}: ${note}`);
  if (uri === undefined) return;
  const file = Uri.parse(uri);
  if (!lines) stream.reference(file);
  else
    stream.reference(
      new Location(file, new Range(new Position(lines.first, 0), new Position(lines.last, 0))),
    );
}

/** Text that is no Markdown. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!|<>$~&]/g, '\\$&');
}
