import { Console } from 'node:console';
import {
  createConnection,
  ErrorCodes,
  type Connection,
  type InitializeParams,
  type WatchDog,
} from 'vscode-languageserver';
import {
  createProtocolConnection,
  IPCMessageReader,
  IPCMessageWriter,
  Message,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageReader,
  type MessageStrategy,
  type MessageWriter,
  type ResponseMessage,
} from 'vscode-languageserver/node';

export type Transport = 'stdio' | 'node-ipc';

/** How often to look whether the editor still lives, milliseconds. */
const PARENT_CHECK_MS = 3000;

/** A connection over the given ends; it tells `watch` when one of them closes. */
export function createServerConnection(
  reader: MessageReader,
  writer: MessageWriter,
  watch: ClientWatch,
): Connection {
  reader.onClose(watch.gone);
  writer.onError(watch.gone);
  const messageStrategy = refusingAfterShutdown(writer, watch);
  return createConnection(
    (logger) => createProtocolConnection(reader, writer, logger, { messageStrategy }),
    watch,
  );
}

/** What the protocol wants after `shutdown`: every request is an error; `exit` is a notification and passes. */
function refusingAfterShutdown(writer: MessageWriter, watch: ClientWatch): MessageStrategy {
  return {
    handleMessage: (message, next) => {
      if (!watch.shutdownReceived || !Message.isRequest(message)) return next(message);
      const answer: ResponseMessage = {
        jsonrpc: '2.0',
        id: message.id,
        error: { code: ErrorCodes.InvalidRequest, message: 'The server has been shut down.' },
      };
      return writer.write(answer);
    },
  };
}

/** Connects to the client of this process, and keeps everybody else off its standard output. */
export function connectProcess(transport: Transport, watch: ClientWatch): Connection {
  if (transport === 'node-ipc') {
    process.once('disconnect', watch.gone);
    const reader = new IPCMessageReader(process);
    return createServerConnection(reader, new IPCMessageWriter(process), watch);
  }
  // One stray line on standard output breaks the protocol for good.
  globalThis.console = new Console(process.stderr, process.stderr);
  process.stdin.once('end', watch.gone);
  const reader = new StreamMessageReader(process.stdin);
  return createServerConnection(reader, new StreamMessageWriter(process.stdout), watch);
}

/** Notices how the client takes its leave: by `exit`, by closing the connection, or by dying. */
export class ClientWatch implements WatchDog {
  /** Set by the library when `shutdown` has come. */
  shutdownReceived = false;

  private left = false;

  /** `onExit` is called once, with 0 after a proper `shutdown`, else with 1. */
  constructor(private readonly onExit: (code: number) => void) {}

  /** The client cannot be reached any more. */
  readonly gone = (): void => {
    this.exit(this.shutdownReceived ? 0 : 1);
  };

  exit(code: number): void {
    if (this.left) return;
    this.left = true;
    this.onExit(code);
  }

  initialize({ processId }: InitializeParams): void {
    if (typeof processId !== 'number') return;
    const timer = setInterval(() => {
      if (isAlive(processId)) return;
      clearInterval(timer);
      this.gone();
    }, PARENT_CHECK_MS);
    timer.unref();
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
