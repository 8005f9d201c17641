import type { Connection } from 'vscode-languageserver';
import { statusMethod, type ChatModelStatus, type LacunaStatus } from '../../protocol/index.js';
import type { Refusal } from '../provenance/refusal.js';

type Situation = Omit<LacunaStatus, 'tokensPerSecond'>;

/** The same at every keystroke, so that it is sent once. */
const notSure = {
  message: 'The latest completion was not shown: the model was not sure of it.',
  remedy: 'Ask for it by the key for a completion, or set lacuna.confidence to eager or off.',
};

const engineBusy = {
  message: 'The engine is busy: it still works on the latest completion.',
  remedy:
    'Wait for it. A smaller model, or a lower lacuna.contextLength or lacuna.maxTokens, answers sooner.',
};

/** Tells the client what the server is doing. A status is sent only where it differs from the last one. */
export class StatusReporter {
  private situation: Situation = { busy: true, kind: 'Normal', message: 'Lacuna is starting.' };
  private flaw: { readonly message: string; readonly remedy: string } | undefined;
  private refusal: LacunaStatus['refusal'];
  private progress: LacunaStatus['indexing'];
  private withheld: LacunaStatus['withheld'];
  private engineBusy: LacunaStatus['engineBusy'];
  /** The document of the latest completion under way, and what waits for it to take long. */
  private latest: { readonly document: string; readonly untilBusy: NodeJS.Timeout } | undefined;
  private chat: ChatModelStatus | undefined;
  /** What they stand in, one entry for each completion under way. */
  private readonly running: string[] = [];
  private tokensPerSecond: number | undefined;
  private sent = '';

  /** @param busyMs after how long a completion that has not come calls the engine busy, milliseconds */
  constructor(
    private readonly connection: Connection,
    private readonly busyMs: number,
  ) {}

  /** What is true until further notice. */
  set(situation: Situation): void {
    this.situation = situation;
    this.flaw = undefined;
    this.refusal = undefined;
    this.withheld = undefined;
    this.isNotBusy();
    this.tokensPerSecond = undefined;
    this.send();
  }

  /** One for `document`, that somebody waits for. */
  completionStarted(document: string): void {
    this.running.push(document);
    this.withheld = undefined;
    this.isNotBusy();
    const untilBusy = setTimeout(() => {
      this.engineBusy = { ...engineBusy, document };
      this.send();
    }, this.busyMs).unref();
    this.latest = { document, untilBusy };
    this.send();
  }

  /** `tokensPerSecond` is 0 where nothing was decoded. */
  completionEnded(document: string, tokensPerSecond: number): void {
    this.stopped(document);
    this.flaw = undefined;
    this.refusal = undefined;
    const ready = this.situation.kind === 'Normal' && !this.situation.busy;
    if (ready && tokensPerSecond > 0) this.tokensPerSecond = tokensPerSecond;
    this.send();
  }

  /** The latest completion failed, but the next one may work. */
  completionFailed(document: string, message: string, remedy: string): void {
    this.stopped(document);
    this.flaw = { message, remedy };
    this.refusal = undefined;
    this.send();
  }

  /** The latest completion was not to be made. The model is fine, and so is the server. */
  completionRefused(
    { message, remedy }: Pick<Refusal, 'message' | 'remedy'>,
    document: string,
  ): void {
    this.stopped(document);
    this.flaw = undefined;
    this.refusal = { message, remedy, document };
    this.send();
  }

  /** How far the index has come; `undefined` when there is nothing left to do. */
  indexing(progress: LacunaStatus['indexing']): void {
    this.progress = progress;
    this.send();
  }

  /** What has become of a model for chat alone; `undefined` where there is none, or none yet. */
  chatModel(chat: ChatModelStatus | undefined): void {
    this.chat = chat;
    this.send();
  }

  /** Whether the latest completion, which stands in `document`, was sure enough to be shown. */
  confident(shown: boolean, document: string): void {
    this.withheld = shown ? undefined : { ...notSure, document };
    this.send();
  }

  /** One of those in `document`. Another one may go on there: the one that took its place. */
  private stopped(document: string): void {
    this.running.splice(this.running.indexOf(document), 1);
    if (this.latest?.document === document && !this.running.includes(document)) this.isNotBusy();
  }

  private isNotBusy(): void {
    clearTimeout(this.latest?.untilBusy);
    this.latest = undefined;
    this.engineBusy = undefined;
  }

  private send(): void {
    const status: LacunaStatus = {
      ...this.situation,
      ...(this.flaw && { kind: 'Warning' as const, ...this.flaw }),
      busy: this.situation.busy || this.running.length > 0,
      ...(this.refusal && { refusal: this.refusal }),
      ...(this.progress && { indexing: this.progress }),
      ...(this.withheld && { withheld: this.withheld }),
      ...(this.engineBusy && { engineBusy: this.engineBusy }),
      ...(this.chat && { chat: this.chat }),
      ...(this.tokensPerSecond !== undefined && { tokensPerSecond: this.tokensPerSecond }),
    };
    const text = JSON.stringify(status);
    if (text === this.sent) return;
    this.sent = text;
    this.connection.sendNotification(statusMethod, status).catch(() => {
      // The client is gone, and the transport's own handler ends the server.
    });
  }
}
