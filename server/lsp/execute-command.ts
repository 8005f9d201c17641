import type { Connection, ServerCapabilities } from 'vscode-languageserver';
import { serverCommands, type ServerCommand } from '../../protocol/index.js';
import { withSignal } from './cancellation.js';
import type { Feature } from './feature.js';

/** `workspace/executeCommand`. */
export class ExecuteCommandFeature implements Feature {
  constructor(
    private readonly connection: Connection,
    private readonly commands: Readonly<
      Record<ServerCommand, (args: readonly unknown[], signal: AbortSignal) => unknown>
    >,
  ) {}

  initialize(): ServerCapabilities {
    this.connection.onExecuteCommand(({ command, arguments: args }, token) => {
      const known = Object.values(serverCommands).find((name) => name === command);
      if (known)
        return withSignal(
          token,
          async (signal) => (await this.commands[known](args ?? [], signal)) ?? null,
        );
      this.connection.console.warn(`There is no command ${command}.`);
      return null;
    });
    return { executeCommandProvider: { commands: Object.values(serverCommands) } };
  }
}
