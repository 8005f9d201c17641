import { App } from './app.js';
import type { WebviewApi } from './hosts/vscode-host.js';
import { vscodeHost } from './hosts/vscode-host.js';
import { takeToken, webHost } from './hosts/web-host.js';

/** VS Code puts this into a webview's page. */
declare const acquireVsCodeApi: undefined | (() => WebviewApi);

const host =
  typeof acquireVsCodeApi === 'function' ? vscodeHost(acquireVsCodeApi()) : webHost(takeToken());
document.body.classList.toggle('web', typeof acquireVsCodeApi !== 'function');
const root = document.getElementById('chat');
if (root) void new App(host).start(root);
