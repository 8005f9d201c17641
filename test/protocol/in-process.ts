import path from 'node:path';
import { PassThrough } from 'node:stream';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import type { LacunaStatus } from '../../protocol/index.js';
import { grammarFolders } from '../../server/context/syntax/grammar-store.js';
import type { Engine } from '../../server/engine/contract.js';
import type { Deadlines } from '../../server/lsp/deadlines.js';
import type { EngineSettings, LoadEngine } from '../../server/lsp/engine-host.js';
import { LacunaServer, type ServerEnvironment } from '../../server/lsp/server.js';
import { ClientWatch, createServerConnection } from '../../server/lsp/transport.js';
import { LspClient } from './lsp-client.js';

/** A whole server in this process, over streams in memory, with an engine of the test's own. */
export class InProcessServer {
  readonly client: LspClient;
  /** Exit codes the server asked for. */
  readonly exits: number[] = [];
  /** What each load asked for. */
  readonly loads: EngineSettings[] = [];
  readonly server: LacunaServer;

  constructor(
    engine: Engine | LoadEngine,
    deadlines?: Deadlines,
    statisticsFile?: string,
    index?: ServerEnvironment['index'],
    more: Partial<ServerEnvironment> = {},
  ) {
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    const watch = new ClientWatch((code) => this.exits.push(code));
    const connection = createServerConnection(
      new StreamMessageReader(toServer),
      new StreamMessageWriter(toClient),
      watch,
    );
    this.server = new LacunaServer(connection, {
      version: '0.0.0-test',
      grammars: grammarFolders(path.resolve(import.meta.dirname, '../../..')),
      ...(deadlines && { deadlines }),
      ...(statisticsFile !== undefined && { statisticsFile }),
      ...(index && { index }),
      ...more,
      listModels: () => Promise.reject(new Error('this server knows of no models')),
      describeModel: () => {
        throw new Error('this server knows of no models');
      },
      loadEngine: (settings, onProgress) => {
        this.loads.push(settings);
        return typeof engine === 'function'
          ? engine(settings, onProgress)
          : Promise.resolve(engine);
      },
    });
    this.server.listen();
    this.client = new LspClient(toClient, toServer);
  }

  /** The server's copy of an open document. */
  textOf(uri: string): string | undefined {
    return this.server['documents'].get(uri)?.getText();
  }

  async dispose(): Promise<void> {
    await this.server.close();
    this.client.connection.dispose();
  }
}

/** Whether the model has loaded and can fill holes. */
export function ready({ message }: LacunaStatus): boolean {
  return message.endsWith('is ready.');
}

/** Starts a server for one test; `dispose` belongs into `afterEach`. */
export function serverUnderTest() {
  let server: InProcessServer | undefined;
  return {
    start: (...args: ConstructorParameters<typeof InProcessServer>): InProcessServer => {
      server = new InProcessServer(...args);
      return server;
    },
    dispose: async (): Promise<void> => {
      await server?.dispose();
      server = undefined;
    },
  };
}
