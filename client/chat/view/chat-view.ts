import { randomBytes } from 'node:crypto';
import {
  commands,
  env,
  Uri,
  window,
  workspace,
  type Disposable,
  type WebviewView,
  type WebviewViewProvider,
} from 'vscode';
import type { PageNews } from '../../../protocol/index.js';
import { PageBridge } from './page-bridge.js';
import { pageHtml } from './page-html.js';
import type { PageServer } from './page-server.js';

/** As package.json contributes it. */
const viewId = 'lacuna.chatView';

/** The chat's page in a view of VS Code. */
export class ChatView implements WebviewViewProvider, Disposable {
  private bridge: PageBridge | undefined;
  /** What the page has to be told when it is there. */
  private pending: PageNews | undefined;
  private readonly registered: readonly Disposable[];

  /** @param folder of the extension */
  constructor(
    private readonly server: PageServer,
    private readonly folder: Uri,
  ) {
    this.registered = [
      window.registerWebviewViewProvider(viewId, this, {
        // An answer goes on while another view is in front.
        webviewOptions: { retainContextWhenHidden: true },
      }),
      server.onDidChangeChat(() => this.bridge?.tell({ type: 'status' })),
      server.onDidChangeConversation((conversation) =>
        this.bridge?.tell({ type: 'didChange', conversation }),
      ),
    ];
  }

  /** Called by VS Code when the view is shown for the first time. */
  async resolveWebviewView({ webview, onDidDispose }: WebviewView): Promise<void> {
    const page = Uri.joinPath(this.folder, 'dist', 'chat');
    const bridge = new PageBridge(this.server, webview);
    this.bridge = bridge;
    onDidDispose(() => {
      bridge.dispose();
      if (this.bridge === bridge) this.bridge = undefined;
    });
    if (this.pending) bridge.tell(this.pending);
    this.pending = undefined;
    const template = await workspace.fs.readFile(Uri.joinPath(page, 'index.html'));
    const address = (name: string) => webview.asWebviewUri(Uri.joinPath(page, name)).toString();
    webview.options = { enableScripts: true, localResourceRoots: [page] };
    webview.html = pageHtml(Buffer.from(template).toString('utf8'), {
      lang: env.language,
      nonce: randomBytes(16).toString('base64url'),
      script: address('page.js'),
      style: address('page.css'),
      source: webview.cspSource,
    });
  }

  /** Brings the view to the front, and tells its page. */
  async show(news?: PageNews): Promise<void> {
    if (news && this.bridge) this.bridge.tell(news);
    else this.pending = news;
    await commands.executeCommand(`${viewId}.focus`);
  }

  /** Asks in a new conversation; without `send` the question only stands in the input. */
  async ask(question: string, send: boolean): Promise<void> {
    await this.show({ type: 'ask', question, send });
  }

  dispose(): void {
    for (const each of this.registered) each.dispose();
    this.bridge?.dispose();
  }
}
