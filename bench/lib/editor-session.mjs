// A whole language server over streams in memory, and an editor that types into it.
import { PassThrough } from 'node:stream';
import { createRequire } from 'node:module';
import { inRoot } from '../../scripts/lib/paths.mjs';

const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = createRequire(
  inRoot('package.json'),
)('vscode-languageserver/node');

/** Longest that anything may take, milliseconds. */
const DEADLINE_MS = 120_000;

/** Until the server has said that it indexes, if it does; milliseconds. */
const INDEX_MS = 3000;

async function inTime(promise, what, ms = DEADLINE_MS) {
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited ${ms} ms for ${what}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Documents that stay open beside the one that is typed into, at most. */
const TABS = 4;

/** Where an offset is, by the protocol's own words. */
function positionOf(text, offset) {
  const before = text.slice(0, offset);
  const line = before.split(/\r\n|\r|\n/).length - 1;
  return {
    line,
    character: offset - (Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1),
  };
}

export class EditorSession {
  /** @param environment of the server, as its own command line gives it. */
  constructor({ LacunaServer, ClientWatch, createServerConnection }, environment) {
    const [toServer, toClient] = [new PassThrough(), new PassThrough()];
    const connection = createServerConnection(
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
      new ClientWatch(() => undefined),
    );
    this.server = new LacunaServer(connection, environment);
    this.server.listen();
    this.client = createMessageConnection(
      new StreamMessageReader(toClient),
      new StreamMessageWriter(toServer),
    );
    this.client.onRequest((_, params) => params?.items?.map(() => null) ?? null);
    this.statuses = [];
    this.tabs = [];
    this.client.onNotification('lacuna/status', (status) => {
      this.statuses.push(status);
      this.wake?.();
    });
    this.client.listen();
  }

  /** Resolves once the model is ready and, where there is a folder, its index. */
  async start(settings, folder) {
    await this.request('initialize', {
      processId: null,
      rootUri: folder ?? null,
      ...(folder && { workspaceFolders: [{ uri: folder, name: 'replay' }] }),
      capabilities: { textDocument: { inlineCompletion: {} } },
      initializationOptions: settings,
    });
    await this.client.sendNotification('initialized', {});
    await this.until(({ kind, busy, message }) => {
      if (kind === 'Error') throw new Error(message);
      return !busy && message.endsWith('is ready.');
    }, 'the model');
    if (!folder) return;
    // The index begins on its own; a small one may be done before it is told of.
    await this.until(({ indexing }) => indexing !== undefined, 'the index', INDEX_MS).catch(
      () => undefined,
    );
    await this.until(({ indexing }) => indexing === undefined, 'the end of the index');
  }

  /** Waits for a status that passes `test`. */
  async until(test, what, ms = DEADLINE_MS) {
    const search = async () => {
      while (!(this.statuses.length > 0 && test(this.statuses.at(-1))))
        await new Promise((resolve) => (this.wake = resolve));
    };
    await inTime(search(), what, ms);
  }

  request(method, params) {
    return inTime(this.client.sendRequest(method, params), `an answer to ${method}`);
  }

  /** Opens a document, and leaves those open that were opened last. */
  async open(uri, languageId, text) {
    for (const tab of this.tabs.filter(
      (each, at) => each === uri || at < this.tabs.length - TABS,
    )) {
      await this.client.sendNotification('textDocument/didClose', { textDocument: { uri: tab } });
      this.tabs.splice(this.tabs.indexOf(tab), 1);
    }
    this.tabs.push(uri);
    this.document = { uri, version: 1, text };
    await this.client.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  /** Puts `inserted` in place of what is between two offsets. */
  async edit(start, end, inserted) {
    const { uri, text } = this.document;
    const range = { start: positionOf(text, start), end: positionOf(text, end) };
    this.document.text = text.slice(0, start) + inserted + text.slice(end);
    const version = ++this.document.version;
    await this.client.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range, text: inserted }],
    });
  }

  /** What is shown at an offset while somebody types. */
  async complete(offset) {
    const { uri, version, text } = this.document;
    const { items } = await this.request('textDocument/inlineCompletion', {
      textDocument: { uri, version },
      position: positionOf(text, offset),
      context: { triggerKind: 2 },
    });
    return items[0]?.insertText;
  }

  async end() {
    await this.server.close();
    this.client.dispose();
  }
}
