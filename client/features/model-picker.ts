import { l10n, QuickPickItemKind, Uri, window, type QuickPick, type QuickPickItem } from 'vscode';
import { serverCommands, type FoundModel, type ModelsReport } from '../../protocol/index.js';
import { readSettings, updateSetting } from '../config.js';
import type { Ctx } from '../ctx.js';
import { modelItems, type ModelItem } from './model-items.js';

type Choice = QuickPickItem & { readonly model?: FoundModel; readonly browse?: true };

/** Shows the models of this machine, and sets the one that is chosen. The server loads it at once. */
export async function chooseModel(ctx: Ctx): Promise<void> {
  const choice = await pick(ctx);
  if (!choice) return;
  const model = choice.model ?? (await browse(ctx));
  if (!model) return;
  if (!model.completes) {
    await refuse(ctx, model);
    return;
  }
  // The embedded model is the one that is taken where none is named; its path changes with every update.
  await updateSetting('model', model.program === 'Lacuna' ? '' : model.path);
}

/** The list opens at once, and is filled when the folders have been read. */
async function pick(ctx: Ctx): Promise<Choice | undefined> {
  const list: QuickPick<Choice> = window.createQuickPick();
  list.title = l10n.t('Lacuna: model for completions');
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
      ? l10n.t('Choose a model: it is loaded at once.')
      : l10n.t('The language server does not run: restart it.');
    if (report) list.items = [...separated(report), file];
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

/** Those that complete, and below a line those that do not. */
function separated(report: ModelsReport): readonly Choice[] {
  const embedded = (model: FoundModel) => model.program === 'Lacuna';
  const set = readSettings().model;
  const current = set === '' ? (report.models.find(embedded)?.path ?? '') : set;
  const items = modelItems(report, current, l10n.t);
  const rest = items.filter(({ model }) => !model.completes);
  const line: Choice = { label: l10n.t('do not complete'), kind: QuickPickItemKind.Separator };
  const complete: readonly ModelItem[] = items.filter(({ model }) => model.completes);
  return [...complete, ...(rest.length > 0 ? [line, ...rest] : [])];
}

async function browse(ctx: Ctx): Promise<FoundModel | undefined> {
  const [file] =
    (await window.showOpenDialog({
      title: l10n.t('A model file'),
      openLabel: l10n.t('Use this model'),
      filters: { GGUF: ['gguf'] },
      canSelectMany: false,
      ...(readSettings().model !== '' && { defaultUri: Uri.file(readSettings().model) }),
    })) ?? [];
  return file && ctx.request<FoundModel>(serverCommands.describeModel, [file.fsPath]);
}

/** Says why a model cannot complete, and lets choose again. */
async function refuse(ctx: Ctx, { name, problem }: FoundModel): Promise<void> {
  const again = l10n.t('Choose another');
  const reason = problem ? `${problem.message} ${problem.remedy}` : '';
  if ((await window.showWarningMessage(`${name}: ${reason}`, again)) === again)
    await chooseModel(ctx);
}
