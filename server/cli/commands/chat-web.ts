import path from 'node:path';
import { PassThrough } from 'node:stream';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { within } from '../../lsp/deadlines.js';
import type { LoadEngine } from '../../lsp/engine-host.js';
import { ClientWatch, createServerConnection } from '../../lsp/transport.js';
import { repositoryRoot } from '../../provenance/repository-root.js';
import { ChatWebServer } from '../../web/chat-web-server.js';
import { LspBackend } from '../../web/lsp-backend.js';
import { exitCode } from '../cli-error.js';
import { createServer } from '../create-server.js';
import { interruptible } from '../interrupt.js';
import { dim } from '../terminal.js';

/** Longest that the end may take, milliseconds. */
const END_MS = 2000;

export interface ChatWebOptions {
  readonly model?: string;
  readonly device: string;
  readonly threads: number;
  readonly contextLength: number;
  /** 0 takes a free one. */
  readonly port: number;
  readonly loadEngine?: LoadEngine;
}

/** `lacuna chat --web`: serves the chat's page to a browser on this machine, about the folder it was started in. */
export async function chatWeb(
  { model, device, threads, contextLength, port, loadEngine }: ChatWebOptions,
  packageRoot: string,
  version: string,
): Promise<number> {
  const folder = await repositoryRoot(path.resolve('.'));
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  const watch = new ClientWatch(() => undefined);
  const server = createServer(
    createServerConnection(
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
      watch,
    ),
    {
      ...(model !== undefined && { model }),
      ...{ packageRoot, version },
      ...(loadEngine && { loadEngine }),
    },
  );
  const backend = new LspBackend(
    new StreamMessageReader(toClient),
    new StreamMessageWriter(toServer),
    folder,
  );
  const web = new ChatWebServer(path.join(packageRoot, 'dist/chat'), backend);
  return interruptible(async (signal) => {
    try {
      server.listen();
      await backend.start({ device, threads, chatContextLength: contextLength });
      process.stdout.write(`${await web.listen(port)}\n`);
      process.stderr.write(
        dim(`About ${folder}. For this machine alone; Ctrl+C ends it.\n`, process.stderr),
      );
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      return exitCode.ok;
    } finally {
      await web.close();
      await within(END_MS, server.close());
      backend.dispose();
    }
  });
}
