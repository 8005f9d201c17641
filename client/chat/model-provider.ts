import {
  EventEmitter,
  LanguageModelChatMessageRole,
  LanguageModelError,
  LanguageModelTextPart,
  lm,
  type CancellationToken,
  type Disposable,
  type LanguageModelChatInformation,
  type LanguageModelChatProvider,
  type LanguageModelChatRequestMessage,
  type LanguageModelResponsePart,
  type Progress,
  type ProvideLanguageModelChatResponseOptions,
} from 'vscode';
import {
  chatRequests,
  type ChatProgress,
  type CompleteMessage,
  type CompleteResult,
} from '../../protocol/index.js';
import type { Ctx } from '../ctx.js';

/** As package.json contributes it. */
export const vendor = 'lacuna';

/** Share of the context that an answer may take. */
const ANSWER_SHARE = 0.25;

/** The chat model of this machine, for other extensions and for VS Code's list of models. */
export class ModelProvider implements LanguageModelChatProvider, Disposable {
  private readonly changed = new EventEmitter<void>();
  private readonly following: Disposable;
  readonly onDidChangeLanguageModelChatInformation = this.changed.event;

  constructor(private readonly ctx: Ctx) {
    this.following = ctx.onDidChangeChat(() => {
      this.changed.fire();
    });
  }

  async provideLanguageModelChatInformation(): Promise<LanguageModelChatInformation[]> {
    const chat = await this.ctx.chatAvailability();
    if (!chat.available) return [];
    const { model, contextLength } = chat;
    const maxOutputTokens = Math.floor(contextLength * ANSWER_SHARE);
    return [
      {
        id: 'chat',
        name: model,
        family: 'deepseek',
        version: '1',
        detail: 'Lacuna',
        maxInputTokens: contextLength - maxOutputTokens,
        maxOutputTokens,
        capabilities: {},
      },
    ];
  }

  async provideLanguageModelChatResponse(
    { maxOutputTokens }: LanguageModelChatInformation,
    messages: readonly LanguageModelChatRequestMessage[],
    _options: ProvideLanguageModelChatResponseOptions,
    progress: Progress<LanguageModelResponsePart>,
    token: CancellationToken,
  ): Promise<void> {
    const params = { messages: messages.map(messageOf), maxTokens: maxOutputTokens };
    const { refusal } = await this.ctx.ask<CompleteResult, ChatProgress>(
      chatRequests.complete,
      params,
      {
        token,
        onProgress: (each) => {
          if (each.kind === 'answer') progress.report(new LanguageModelTextPart(each.text));
        },
      },
    );
    if (refusal) throw LanguageModelError.NotFound(`${refusal.message} ${refusal.remedy}`);
  }

  async provideTokenCount(
    _model: LanguageModelChatInformation,
    text: string | LanguageModelChatRequestMessage,
  ): Promise<number> {
    const content = typeof text === 'string' ? text : textOf(text);
    return this.ctx.ask<number>(chatRequests.countTokens, { text: content });
  }

  dispose(): void {
    this.following.dispose();
    this.changed.dispose();
  }
}

/** To be disposed with the extension. */
export function registerModelProvider(ctx: Ctx): readonly { dispose(): void }[] {
  const provider = new ModelProvider(ctx);
  return [provider, lm.registerLanguageModelChatProvider(vendor, provider)];
}

function messageOf(message: LanguageModelChatRequestMessage): CompleteMessage {
  const role = message.role === LanguageModelChatMessageRole.User ? 'user' : 'assistant';
  return { role, content: textOf(message) };
}

/** Parts that are no text were made for models that say they can read them; this one does not. */
function textOf({ content }: LanguageModelChatRequestMessage): string {
  return content.map((part) => (part instanceof LanguageModelTextPart ? part.value : '')).join('');
}
