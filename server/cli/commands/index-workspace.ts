import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RankedDefinition } from '../../context/index/symbol-index.js';
import { indexWorkerFile } from '../../context/index/worker/index-worker.js';
import { WorkspaceIndex } from '../../context/index/workspace-index.js';
import { grammarFolders } from '../../context/syntax/grammar-store.js';
import { CliError, exitCode } from '../cli-error.js';
import { endedByInterrupt } from '../interrupt.js';
import { dim } from '../terminal.js';

export interface IndexOptions {
  readonly map?: true;
  readonly open: readonly string[];
  readonly mention: readonly string[];
  readonly limit: number;
  readonly json?: true;
}

/** `lacuna index`: what the index knows of a folder, made anew; with `--map` its repository map. */
export async function indexWorkspace(
  folder: string,
  options: IndexOptions,
  packageRoot: string,
): Promise<number> {
  const root = path.resolve(folder);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(`${folder} is no folder`, 'Name a folder with source files.');
  return endedByInterrupt(async () => {
    const begun = performance.now();
    const index = new WorkspaceIndex(
      { workerFile: indexWorkerFile(packageRoot), grammars: grammarFolders(packageRoot) },
      {
        progress: () => undefined,
        ready: () => undefined,
        trouble: (message) => process.stderr.write(`${message}\n`),
      },
    );
    try {
      await index.open({ folders: [root], trusted: true });
      await index.ready();
      print(index, root, options, (performance.now() - begun) / 1000);
      return exitCode.ok;
    } finally {
      await index.close();
    }
  });
}

function print(
  { symbols }: WorkspaceIndex,
  root: string,
  options: IndexOptions,
  seconds: number,
): void {
  const files = symbols.files();
  const definitions = files.reduce((sum, { path: file }) => sum + countIn(file), 0);
  function countIn(file: string): number {
    return symbols.definitionsIn(pathToFileURL(file).href).length;
  }
  const open = options.open.map((file) => pathToFileURL(path.resolve(file)).href);
  const { limit, mention: mentioned } = options;
  const map = options.map ? symbols.map({ open, mentioned, limit }) : [];
  if (options.json) {
    const facts = { files: files.length, definitions, seconds, ...(options.map && { map }) };
    process.stdout.write(`${JSON.stringify(facts)}\n`);
    return;
  }
  process.stdout.write(mapText(map, root));
  const facts = `${files.length} files · ${definitions} definitions · ${seconds.toFixed(1)} s`;
  process.stderr.write(`${dim(facts, process.stderr)}\n`);
}

/** Files by their best definition, in each the definitions by rank, with their line from 1. */
function mapText(map: readonly RankedDefinition[], root: string): string {
  const byFile = new Map<string, string[]>();
  for (const { uri, line, container, signature } of map) {
    const file = path.relative(root, fileURLToPath(uri));
    const inside = container === undefined ? '' : `${container}: `;
    const text = `${inside}${signature.replace(/\s+/g, ' ').slice(0, 100)}`;
    byFile.set(file, [...(byFile.get(file) ?? []), `${String(line + 1).padStart(6)}  ${text}\n`]);
  }
  return [...byFile].map(([file, lines]) => `${file}\n${lines.join('')}`).join('');
}
