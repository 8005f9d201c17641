import { l10n, QuickPickItemKind, Uri, window, type QuickPick, type QuickPickItem } from 'vscode';
import { serverCommands, type FoundModel, type ModelsReport } from '../../protocol/index.js';
import { readSettings, updateSetting } from '../config.js';
import type { Ctx } from '../ctx.js';
import { modelItems, type ModelItem } from './model-items.js';

type Choice = QuickPickItem & { readonly model?: FoundModel; readonly browse?: true };

/** What a model is chosen for. */
interface Purpose {
  readonly setting: 'model' | 'chatModel';
  readonly title: string;
  readonly fits: (model: FoundModel) => boolean;
  /** Of the line above those that do not fit. */
  readonly others: string;
  /** Why a model that does not fit cannot be chosen. */
  readonly reason: (model: FoundModel) => string;
}

const completions = (): Purpose => ({
  setting: 'model',
  title: l10n.t('Lacuna: model for completions'),
  fits: ({ completes }) => completes,
  others: l10n.t('do not complete'),
  reason: ({ problem }) => (problem ? `${problem.message} ${problem.remedy}` : ''),
});

const chat = (): Purpose => ({
  setting: 'chatModel',
  title: l10n.t('Lacuna: model for chat and refactorings'),
  fits: ({ chats }) => chats,
  others: l10n.t('do not answer'),
  reason: ({ problem, completes }) =>
    problem && !completes
      ? `${problem.message} ${problem.remedy}`
      : l10n.t(
          'It only completes. Choose an instruct model, such as DeepSeek-Coder-V2-Lite-Instruct.',
        ),
});

/** Shows the models of this machine, and sets the one that completes. The server loads it at once. */
export function chooseModel(ctx: Ctx): Promise<void> {
  return choose(ctx, completions());
}

/** The same for the one that answers. The server loads it when it is asked. */
export function chooseChatModel(ctx: Ctx): Promise<void> {
  return choose(ctx, chat());
}

async function choose(ctx: Ctx, purpose: Purpose): Promise<void> {
  const choice = await pick(ctx, purpose);
  if (!choice) return;
  const model = choice.model ?? (await browse(ctx, purpose));
  if (!model) return;
  if (!purpose.fits(model)) {
    await refuse(ctx, model, purpose);
    return;
  }
  // The embedded model is the one that is taken where none is named; its path changes with every update.
  await updateSetting(purpose.setting, model.program === 'Lacuna' ? '' : model.path);
}

/** The list opens at once, and is filled when the folders have been read. */
async function pick(ctx: Ctx, purpose: Purpose): Promise<Choice | undefined> {
  const list: QuickPick<Choice> = window.createQuickPick();
  list.title = purpose.title;
  list.placeholder = l10n.t('Looking for models on this machine…');
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.busy = true;
  const file: Choice = { label: `$(folder-opened) ${l10n.t('Choose a file…')}`, browse: true };
  list.items = [file];
  list.show();
  void ctx.request<ModelsReport>(serverCommands.listModels).then((report) => {
    list.busy = false;
    list.placeholder = report
      ? purpose.setting === 'model'
        ? l10n.t('Choose a model: it is loaded at once.')
        : l10n.t('Choose a model: it is loaded when you ask it first.')
      : l10n.t('The language server does not run: restart it.');
    if (report) list.items = [...separated(report, purpose), file];
  });
  return new Promise((resolve) => {
    list.onDidAccept(() => {
      resolve(list.selectedItems[0]);
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined);
      list.dispose();
    });
  });
}

/** Those that fit, and below a line those that do not. */
function separated(report: ModelsReport, { setting, fits, others }: Purpose): readonly Choice[] {
  const embedded = (model: FoundModel) => model.program === 'Lacuna';
  const set = readSettings()[setting];
  const current =
    set === '' && setting === 'model' ? (report.models.find(embedded)?.path ?? '') : set;
  const items = modelItems(report, current, l10n.t);
  const rest = items.filter(({ model }) => !fits(model));
  const line: Choice = { label: others, kind: QuickPickItemKind.Separator };
  const fitting: readonly ModelItem[] = items.filter(({ model }) => fits(model));
  return [...fitting, ...(rest.length > 0 ? [line, ...rest] : [])];
}

async function browse(ctx: Ctx, { setting }: Purpose): Promise<FoundModel | undefined> {
  const set = readSettings()[setting];
  const [file] =
    (await window.showOpenDialog({
      title: l10n.t('A model file'),
      openLabel: l10n.t('Use this model'),
      filters: { GGUF: ['gguf'] },
      canSelectMany: false,
      ...(set !== '' && { defaultUri: Uri.file(set) }),
    })) ?? [];
  return file && ctx.request<FoundModel>(serverCommands.describeModel, [file.fsPath]);
}

/** Says why a model does not fit, and lets choose again. */
async function refuse(ctx: Ctx, model: FoundModel, purpose: Purpose): Promise<void> {
  const again = l10n.t('Choose another');
  const message = `${model.name}: ${purpose.reason(model)}`;
  if ((await window.showWarningMessage(message, again)) === again) await choose(ctx, purpose);
}
