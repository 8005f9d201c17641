import { chatFolder } from '../../chat/store/chat-folder.js';
import { indexFolder } from '../../context/index/cache/index-cache.js';
import { indexWorkerFile } from '../../context/index/worker/index-worker.js';
import { grammarFolders } from '../../context/syntax/grammar-store.js';
import { within } from '../../lsp/deadlines.js';
import type { LoadEngine } from '../../lsp/engine-host.js';
import { LacunaServer } from '../../lsp/server.js';
import { ClientWatch, connectProcess, type Transport } from '../../lsp/transport.js';
import { statisticsPath } from '../../statistics/statistics-file.js';
import { describeModelFile, localModels } from '../../models/local-models.js';
import { noThresholds, type ConfidenceData } from '../../completion/confidence/thresholds.js';
import { readThresholds, thresholdsPath } from '../thresholds-file.js';
import { EngineLoader } from '../../models/load-engine.js';

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
  { model: flag }: LspOptions,
  packageRoot: string,
  version: string,
  loadEngine?: LoadEngine,
): Promise<never> {
  const watch = new ClientWatch((code) => {
    void within(END_MS, server.close()).finally(() => process.exit(code));
  });
  const loader = new EngineLoader(packageRoot);
  const server = new LacunaServer(connectProcess(transport, watch), {
    version,
    grammars: grammarFolders(packageRoot),
    index: {
      workerFile: indexWorkerFile(packageRoot),
      cacheFolder: indexFolder(process.platform, process.env),
    },
    thresholds: thresholdsOf(packageRoot),
    statisticsFile: statisticsPath(process.platform, process.env),
    chatFolder: chatFolder(process.platform, process.env),
    listModels: (contextLength) => localModels(packageRoot, contextLength),
    describeModel: (file, contextLength) => describeModelFile(packageRoot, file, contextLength),
    loadEngine:
      loadEngine ??
      (({ model: setting, ...options }, onProgress) =>
        loader.load({ flag, setting, insist: false, ...options }, onProgress)),
  });
  server.listen();
  return new Promise(() => undefined);
}

/** Without them every model counts as one that nobody has measured: no reason not to serve an editor. */
function thresholdsOf(packageRoot: string): ConfidenceData {
  try {
    return readThresholds(thresholdsPath(packageRoot));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return noThresholds;
  }
}
