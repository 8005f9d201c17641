import path from 'node:path';
import { defaultSettings } from '../../../protocol/index.js';
import { completeAt } from '../../completion/complete-at.js';
import type { Completion } from '../../completion/completion.js';
import { GrammarStore, grammarFolders } from '../../context/syntax/grammar-store.js';
import { openParsed } from '../../context/syntax/parsed-document.js';
import { SyntaxService } from '../../context/syntax/syntax-service.js';
import type { Engine } from '../../engine/contract.js';
import type { DeviceSetting } from '../../engine/device/choose-device.js';
import { ProvenanceGate } from '../../provenance/gate.js';
import { RefusedError } from '../../provenance/refusal.js';
import { repositoryRoot } from '../../provenance/repository-root.js';
import { EngineLoader } from '../../models/load-engine.js';
import { exitCode } from '../cli-error.js';
import { endedByInterrupt, interruptible } from '../interrupt.js';
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
      const syntax = new SyntaxService(new GrammarStore(grammarFolders(packageRoot)));
      await openParsed(syntax, document);
      const completion = await completeAt(
        document,
        offset,
        engine,
        {
          maxTokens: options.maxTokens ?? defaultSettings.maxTokens,
          maxLines: defaultSettings.maxLines,
          gate,
          syntax,
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
