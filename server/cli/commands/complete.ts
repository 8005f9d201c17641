import path from 'node:path';
import { defaultSettings } from '../../../protocol/index.js';
import type { ContextSource } from '../../context/snippets/context-source.js';
import { completeAt } from '../../completion/complete-at.js';
import type { Completion } from '../../completion/completion.js';
import { GrammarStore, grammarFolders } from '../../context/syntax/grammar-store.js';
import { openParsed, UNHURRIED_MS } from '../../context/syntax/parsed-document.js';
import { SyntaxService } from '../../context/syntax/syntax-service.js';
import type { Engine } from '../../engine/contract.js';
import type { DeviceSetting } from '../../engine/device/choose-device.js';
import { ProvenanceGate } from '../../provenance/gate.js';
import { RefusedError } from '../../provenance/refusal.js';
import { repositoryRoot } from '../../provenance/repository-root.js';
import { EngineLoader } from '../../models/load-engine.js';
import { openWorkspace } from '../../eval/workspace/eval-workspace.js';
import { CliError, exitCode } from '../cli-error.js';
import { endedByInterrupt, interruptible } from '../interrupt.js';
import { languageIdOf } from '../language-id.js';
import { withLoadLine } from '../load-line.js';
import { offsetOf, type Location } from '../location.js';
import { openDocument } from '../read-file.js';
import { dim } from '../terminal.js';

export interface CompleteOptions {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly json?: true;
  readonly maxTokens?: number;
  readonly multiline?: true;
  readonly workspace?: string;
}

/** `lacuna complete`: fills the hole at a place in a file and prints what belongs there. */
export async function complete(
  location: Location,
  options: CompleteOptions,
  packageRoot: string,
): Promise<number> {
  const document = openDocument(location.file);
  const offset = offsetOf(document, location);
  const folder = await repositoryRoot(path.dirname(path.resolve(location.file)));
  const gate = new ProvenanceGate(() => ({ folders: [folder], trusted: true }));
  const refused = await gate.refuses(document.uri, 'document');
  if (refused) throw new RefusedError(refused);
  return interruptible(async (signal) => {
    const { threads, contextLength, kvCache } = defaultSettings;
    const { model: flag, device } = options;
    const request = { flag, device, insist: true, threads, contextLength, kvCache };
    const loader = new EngineLoader(packageRoot);
    const engine = await endedByInterrupt(() =>
      withLoadLine(process.stderr, (onProgress) => loader.load(request, onProgress)),
    );
    try {
      const grammars = new GrammarStore(grammarFolders(packageRoot));
      const syntax = new SyntaxService(grammars);
      await openParsed(syntax, document);
      const context =
        options.workspace !== undefined &&
        (await contextOf(location.file, options.workspace, grammars));
      const completion = await completeAt(
        document,
        offset,
        engine,
        {
          maxTokens: options.maxTokens ?? defaultSettings.maxTokens,
          maxLines: defaultSettings.maxLines,
          gate,
          syntax,
          ...(context && { context, contextMs: PATIENCE_MS }),
          parseMs: UNHURRIED_MS,
          ...(options.multiline && { shape: 'block' as const }),
          ...(!options.json && { onText: (piece: string) => process.stdout.write(piece) }),
        },
        signal,
      );
      if (signal.aborted) return exitCode.interrupted;
      if (options.json) printJson(completion, engine);
      else printSummary(completion, engine);
      return exitCode.ok;
    } finally {
      await engine.close();
    }
  });
}

/** How long to wait for what other files say, milliseconds: nobody types meanwhile. */
const PATIENCE_MS = 10_000;

/** @throws CliError where the file is none of the folder's source files. */
async function contextOf(
  file: string,
  folder: string,
  grammars: GrammarStore,
): Promise<ContextSource> {
  const workspace = await openWorkspace(folder, languageIdOf, grammars);
  const inside = path.relative(folder, file).replaceAll(path.sep, '/');
  const place = workspace.placeOf(inside);
  if (place) return place.context;
  throw new CliError(
    `${file} is none of the source files of ${folder}`,
    'Name the folder that it is in, or leave out --workspace.',
  );
}

function printJson({ text, range, stats }: Completion, { info }: Engine): void {
  const { model, device, deviceReason } = info;
  process.stdout.write(
    `${JSON.stringify({ text, range, ...stats, model, device, deviceReason })}\n`,
  );
}

function printSummary({ text, stats }: Completion, { info }: Engine): void {
  if (text !== '') process.stdout.write('\n');
  const facts = [
    ...(text === '' ? ['nothing to offer here'] : []),
    `${stats.generatedTokens} tokens`,
    `${stats.tokensPerSecond.toFixed(1)} tokens/s`,
    info.device,
    info.model,
  ];
  process.stderr.write(`${dim(facts.join(' · '), process.stderr)}\n`);
}
