import type { FoundModel, ModelsReport } from '../../protocol/index.js';
import type { Translate } from '../translate.js';

export interface ModelItem {
  /** With `$(icon)`s. */
  readonly label: string;
  /** Where it comes from, how large it is. */
  readonly description: string;
  /** What it can do, what it needs; what is wrong with it. */
  readonly detail: string;
  readonly model: FoundModel;
}

/** One item a model. `current` is the path of the model that is set. */
export function modelItems(
  { models, availableBytes }: Pick<ModelsReport, 'models' | 'availableBytes'>,
  current: string,
  t: Translate,
): readonly ModelItem[] {
  return models.map((model) => ({
    label: `$(${iconOf(model, current)}) ${withoutIcons(model.name)}`,
    description: [model.program, gigabytes(model.bytes), model.weightType]
      .filter(Boolean)
      .join(' · '),
    detail: withoutIcons(detailOf(model, availableBytes, t)),
    model,
  }));
}

function iconOf(model: FoundModel, current: string): string {
  if (model.path === current) return 'check';
  if (model.completes) return 'sparkle';
  return model.chats ? 'comment' : 'warning';
}

function detailOf(model: FoundModel, available: number, t: Translate): string {
  const { completes, chats, contextLength, memoryBytes, problem } = model;
  if (problem && !chats) return `${problem.message} ${problem.remedy}`;
  const parts = [
    completes && t('completes'),
    chats && t('answers, but does not complete'),
    contextLength && t('trained for {0} tokens', contextLength),
    memoryBytes !== undefined && memory(memoryBytes, available, t),
  ];
  return parts.filter((part) => typeof part === 'string').join(' · ');
}

function memory(needed: number, available: number, t: Translate): string {
  const [needs, free] = [gigabytes(needed), gigabytes(available)];
  return needed > available
    ? t('needs about {0}, more than the {1} that are free', needs, free)
    : t('needs about {0} of {1} free', needs, free);
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `$(name)` in a file's name must not become an icon. */
function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}
