import { defaultSettings, type FoundModel, type ModelsReport } from '../../../protocol/index.js';
import { localModels } from '../../models/local-models.js';
import { exitCode } from '../cli-error.js';
import { formatBytes } from '../doctor/check.js';
import { bold, dim, yellow, type Output } from '../terminal.js';

export interface ModelsOptions {
  readonly json?: true;
}

/** `lacuna models`: what could be given as `--model` or `lacuna.model`. */
export async function models(options: ModelsOptions, packageRoot: string): Promise<number> {
  const report = await localModels(packageRoot, defaultSettings.contextLength);
  const { stdout } = process;
  stdout.write(
    options.json ? `${JSON.stringify(report, undefined, 2)}\n` : formatModels(report, stdout),
  );
  return exitCode.ok;
}

/** A paragraph for each model: what it is, where it lies, and what is wrong with it. */
export function formatModels(report: ModelsReport, stream: Output): string {
  const paragraphs = report.models.map((model) => formatModel(model, report, stream));
  const where = report.searched.map(({ program, folder }) => `  ${program}: ${folder}`);
  const searched = `Looked into:\n${where.join('\n')}`;
  const cut = report.incomplete ? ['The search was cut short: there may be more.'] : [];
  return `${[...paragraphs, dim([searched, ...cut].join('\n'), stream)].join('\n\n')}\n`;
}

function formatModel(model: FoundModel, { availableBytes }: ModelsReport, stream: Output): string {
  const { name, program, bytes, weightType, contextLength, memoryBytes, problem } = model;
  const uses = [model.completes && 'completes', model.chats && 'answers'].filter(Boolean);
  const facts = [
    program,
    formatBytes(bytes),
    weightType,
    contextLength && `trained for ${contextLength} tokens`,
    memoryBytes && `needs about ${formatBytes(memoryBytes)} of ${formatBytes(availableBytes)} free`,
    uses.join(' and '),
  ];
  const tight = memoryBytes !== undefined && memoryBytes > availableBytes;
  return [
    `${bold(name, stream)}  ${facts.filter(Boolean).join(', ')}`,
    `  ${model.path}`,
    ...(tight ? [yellow('  More than is free: it would be slow, or not load.', stream)] : []),
    ...(problem ? [yellow(`  ${problem.message} ${problem.remedy}`, stream)] : []),
  ].join('\n');
}
