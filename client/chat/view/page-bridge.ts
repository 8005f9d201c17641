import { CancellationTokenSource, type Disposable, type Webview } from 'vscode';
import {
  isPageMethod,
  streams,
  takesPlace,
  type HostMessage,
  type PageMessage,
} from '../../../protocol/index.js';
import { editorPlace } from '../editor-place.js';
import { act } from './page-actions.js';
import type { PageServer } from './page-server.js';

/** Passes on what a page asks of the server, and what the server answers. Ends with its page. */
export class PageBridge implements Disposable {
  private readonly stop = new CancellationTokenSource();
  private readonly listening: Disposable;
  /** What the page has to be told as soon as it listens. */
  private waiting: HostMessage[] | undefined = [];

  constructor(
    private readonly server: PageServer,
    private readonly webview: Webview,
  ) {
    this.listening = webview.onDidReceiveMessage((message: PageMessage) => {
      void this.hear(message);
    });
  }

  /** Tells the page something, at once or as soon as it listens. */
  tell(message: HostMessage): void {
    if (this.waiting) this.waiting.push(message);
    else void this.webview.postMessage(message);
  }

  dispose(): void {
    this.stop.cancel();
    this.stop.dispose();
    this.listening.dispose();
  }

  private async hear(message: PageMessage): Promise<void> {
    if (message.type === 'request') await this.request(message);
    else if (message.type === 'ready') this.ready();
    else
      await act(this.server, message.action).catch((error: unknown) => {
        this.server.output.error(messageOf(error));
      });
  }

  private ready(): void {
    const { waiting = [] } = this;
    this.waiting = undefined;
    for (const message of waiting) this.tell(message);
  }

  private async request(message: PageMessage & { readonly type: 'request' }): Promise<void> {
    const { id, method } = message;
    if (!isPageMethod(method)) return;
    const params = { ...(message.params as object) };
    const onProgress = (value: unknown) => {
      void this.webview.postMessage({ type: 'progress', id, value } satisfies HostMessage);
    };
    const place = takesPlace(method) ? editorPlace(streams(method)) : undefined;
    try {
      const result = await this.server.ask<unknown, unknown>(
        method,
        { ...params, ...(place && { place }) },
        { token: this.stop.token, ...(streams(method) && { onProgress }) },
      );
      this.post({ type: 'result', id, result: result ?? null });
    } catch (error) {
      this.post({ type: 'failure', id, message: messageOf(error) });
    }
  }

  private post(message: HostMessage): void {
    if (!this.stop.token.isCancellationRequested) void this.webview.postMessage(message);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
