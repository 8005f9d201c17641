import type { ChatAvailability, FoundModel, LacunaSettings } from '../../protocol/index.js';
import type { Engine } from '../engine/contract.js';
import { orAborted } from './abortable.js';
import { describeError } from '../engine/describe-error.js';
import {
  EngineHost,
  type EngineObserver,
  type EngineSettings,
  type EngineState,
  type LoadEngine,
} from './engine-host.js';

/** Why there is no model to talk to. */
export type ChatUnavailable = Extract<ChatAvailability, { readonly available: false }>;

/** A model to talk to, or why there is none. */
export type ChatEngineAnswer =
  | { readonly engine: Engine; readonly refusal?: never }
  | { readonly engine?: never; readonly refusal: ChatUnavailable };

const CHOOSE =
  'Choose an instruct model, such as DeepSeek-Coder-V2-Lite-Instruct: by the command Lacuna: Choose Model for Chat, or as the setting lacuna.chatModel.';

/**
 * How long it is believed that a file is no use, milliseconds: whoever mends it need not change a setting as well, and who
 * asks at each move of a cursor has it read once.
 */
const PROBLEM_MS = 5000;

/**
 * The model that answers: the one that completes, where it can do that, or one of its own, which is loaded when somebody
 * asks for it first and freed when the settings name another.
 */
export class ChatEngine {
  private readonly own: EngineHost;
  /** With what a model of its own is to be loaded; `undefined` where the one that completes is to answer. */
  private wanted: EngineSettings | undefined;
  private key = JSON.stringify(null);
  /** Whether it was loaded, or tried to. */
  private begun = false;
  /** `undefined` until the settings are known. */
  private enabled: boolean | undefined;
  private known: () => void = () => undefined;
  private readonly settings = new Promise<void>((resolve) => {
    this.known = resolve;
  });
  private described: { readonly model: FoundModel; readonly at: number } | undefined;

  constructor(
    private readonly completion: EngineHost,
    loadEngine: LoadEngine,
    private readonly observer: EngineObserver & { off(): void },
    private readonly describeModel: (path: string, contextLength: number) => FoundModel,
  ) {
    this.own = new EngineHost(loadEngine, observer);
  }

  /** Goes by these settings from now on; with `reload`, a model of its own is loaded anew when it is asked for next. Whether that changes anything. */
  follow(settings: LacunaSettings, reload = false): boolean {
    const { enable, model, chatModel, chatContextLength, threads, device, kvCache } = settings;
    const wanted =
      enable && chatModel !== '' && chatModel !== model
        ? {
            model: chatModel,
            chat: true,
            contextLength: chatContextLength,
            threads,
            device,
            kvCache,
          }
        : undefined;
    const key = JSON.stringify(wanted ?? null);
    this.enabled = enable;
    this.known();
    if (key === this.key && !reload) return false;
    this.key = key;
    this.wanted = wanted;
    this.described = undefined;
    void this.close();
    return true;
  }

  /** The model to talk to, once it has loaded; loads it where that is left to do. Never rejects. */
  async engine(signal: AbortSignal): Promise<ChatEngineAnswer> {
    await orAborted(this.settings, signal);
    const unusable = this.unusable();
    if (unusable) return { refusal: unusable };
    this.begin();
    const engine = await this.host.engine(signal);
    if (engine?.info.chat) return { engine };
    const now = this.availability();
    // Aborted, or overtaken by other settings while this one waited.
    return { refusal: now.available ? loading : now };
  }

  /** Whether there is a model to talk to. One that is not loaded yet is judged by its file, and counts as available. */
  availability(): ChatAvailability {
    const unusable = this.unusable();
    if (unusable) return unusable;
    if (this.wanted && !this.begun) {
      const { name, contextLength = Infinity } = this.describe(this.wanted);
      return {
        available: true,
        model: name,
        contextLength: Math.min(contextLength, this.wanted.contextLength),
      };
    }
    return availabilityOf(this.host.state);
  }

  /** Tells that a request on `engine` failed: see `EngineHost.requestFailed`. */
  requestFailed(engine: Engine, error: unknown): void {
    this.completion.requestFailed(engine, error);
    this.own.requestFailed(engine, error);
  }

  /** Frees a model of its own. Idempotent; never rejects. */
  async close(): Promise<void> {
    if (!this.begun) return;
    this.begun = false;
    this.observer.off();
    await this.own.close();
  }

  private get host(): EngineHost {
    return this.wanted ? this.own : this.completion;
  }

  private begin(): void {
    // What kept it from loading may have been mended: somebody asks again.
    const failed = this.own.state.kind === 'failed';
    if (!this.wanted || (this.begun && !failed)) return;
    this.begun = true;
    this.own.load(this.wanted);
  }

  /** What is known before a model is asked for. */
  private unusable(): ChatUnavailable | undefined {
    if (this.enabled === undefined) return loading;
    if (!this.enabled)
      return {
        available: false,
        reason: 'off',
        message: 'Lacuna is switched off.',
        remedy: 'Set lacuna.enable to true.',
      };
    if (!this.wanted || this.begun) return undefined;
    const { chats, name, problem, memoryBytes } = this.describe(this.wanted);
    if (chats) return undefined;
    // A model that can be run has no problem but that it does not complete, either.
    if (!problem || memoryBytes !== undefined) return cannotAnswer(name);
    return { available: false, reason: 'failed', ...problem };
  }

  private describeFile(path: string, contextLength: number): FoundModel {
    try {
      return this.describeModel(path, contextLength);
    } catch (error) {
      const problem = describeError(error);
      return { path, name: path, program: '', bytes: 0, completes: false, chats: false, problem };
    }
  }

  private describe({ model, contextLength }: EngineSettings): FoundModel {
    const now = performance.now();
    const { described } = this;
    if (described && (described.model.chats || now - described.at < PROBLEM_MS))
      return described.model;
    this.described = { model: this.describeFile(model, contextLength), at: now };
    return this.described.model;
  }
}

const loading: ChatUnavailable = {
  available: false,
  reason: 'loading',
  message: 'The model is loading.',
  remedy: 'Ask again when it is ready.',
};

function cannotAnswer(model: string): ChatUnavailable {
  return {
    available: false,
    reason: 'no-chat-model',
    message: `${model} only completes: it was not trained to answer.`,
    remedy: CHOOSE,
  };
}

function availabilityOf(state: EngineState): ChatAvailability {
  switch (state.kind) {
    case 'loading':
    case 'off':
      return loading;
    case 'failed': {
      const { message, remedy } = describeError(state.error);
      return { available: false, reason: 'failed', message, remedy };
    }
    case 'ready': {
      const { model, chat, contextLength } = state.engine.info;
      return chat ? { available: true, model, contextLength } : cannotAnswer(model);
    }
  }
}
