import type { Connection } from 'vscode-languageserver';
import { chatFolder } from '../chat/store/chat-folder.js';
import { noThresholds, type ConfidenceData } from '../completion/confidence/thresholds.js';
import { indexFolder } from '../context/index/cache/index-cache.js';
import { indexWorkerFile } from '../context/index/worker/index-worker.js';
import { grammarFolders } from '../context/syntax/grammar-store.js';
import type { LoadEngine } from '../lsp/engine-host.js';
import { LacunaServer } from '../lsp/server.js';
import { EngineLoader } from '../models/load-engine.js';
import { describeModelFile, localModels } from '../models/local-models.js';
import { statisticsPath } from '../statistics/statistics-file.js';
import { readThresholds, thresholdsPath } from './thresholds-file.js';

export interface ServerOptions {
  /** Path of a model, in the place of those that settings name. */
  readonly model?: string;
  readonly packageRoot: string;
  /** Of the package. */
  readonly version: string;
  /** Where the model does not come from a file. */
  readonly loadEngine?: LoadEngine;
}

/** A language server with this machine's models and this user's folders. */
export function createServer(
  connection: Connection,
  { model: flag, packageRoot, version, loadEngine }: ServerOptions,
): LacunaServer {
  const loader = new EngineLoader(packageRoot);
  return new LacunaServer(connection, {
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
