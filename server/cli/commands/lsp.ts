import { within } from '../../lsp/deadlines.js';
import type { LoadEngine } from '../../lsp/engine-host.js';
import { ClientWatch, connectProcess, type Transport } from '../../lsp/transport.js';
import { createServer } from '../create-server.js';

/** Longest that the end of the process may take, milliseconds. */
const END_MS = 2000;

export interface LspOptions {
  readonly model?: string;
}

/**
 * `lacuna lsp`: serves one editor until it leaves. Never resolves: the process ends itself.
 *
 * @param loadEngine where the model does not come from a file
 */
export async function lsp(
  transport: Transport,
  options: LspOptions,
  packageRoot: string,
  version: string,
  loadEngine?: LoadEngine,
): Promise<never> {
  const watch = new ClientWatch((code) => {
    void within(END_MS, server.close()).finally(() => process.exit(code));
  });
  const server = createServer(connectProcess(transport, watch), {
    ...options,
    packageRoot,
    version,
    ...(loadEngine && { loadEngine }),
  });
  server.listen();
  return new Promise(() => undefined);
}
