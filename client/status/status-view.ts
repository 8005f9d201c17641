import { serverCommands, type Explanation, type LacunaStatus } from '../../protocol/index.js';
import { clientCommands } from '../command-ids.js';
import { english, type Translate } from '../translate.js';
import { nothingSpecial, type Surroundings } from './surroundings.js';

/** What the client knows about its server. `status` is the server's own latest word, while it runs. */
export type ServerState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'running'; readonly status?: LacunaStatus }
  | { readonly phase: 'restarting'; readonly inSeconds: number }
  | { readonly phase: 'failed'; readonly message: string };

export interface StatusView {
  /** With `$(icon)`s. */
  readonly text: string;
  /** Markdown; command links only to the client's commands and the server's own. */
  readonly tooltip: string;
  /** Run on a click. */
  readonly command: string;
  readonly background?: 'warning' | 'error';
}

/** Makes a stranger's text (a path, a model's name) safe inside Markdown. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!|<>$~&]/g, '\\$&').replace(/\s+/g, ' ');
}

function link(title: string, command: string): string {
  return `[${title}](command:${command})`;
}

function links(t: Translate): string {
  return [
    link(t('Choose a model'), clientCommands.chooseModel),
    link(t('Prompt'), clientCommands.showPrompt),
    link(t('Statistics'), clientCommands.statistics),
    link(t('Output'), clientCommands.showOutput),
    link(t('Restart'), clientCommands.restart),
    `[${t('Settings')}](command:workbench.action.openSettings?%22lacuna.%22)`,
  ].join(' · ');
}

type Line = string | undefined;

function tooltip(t: Translate, ...lines: readonly Line[]): string {
  return [...lines.filter((line) => line !== undefined), links(t)].join('\n\n');
}

/** Why nothing is suggested by itself here, although the server would. */
function quietLine({ language, languageIsOff, snoozedUntil }: Surroundings, t: Translate): Line {
  if (snoozedUntil !== undefined)
    return `${t('Snoozes until {0}.', snoozedUntil)} ${link(t('End the snooze'), clientCommands.endSnooze)}`;
  if (!languageIsOff || language === undefined) return undefined;
  return `${t('Switched off for {0}.', escapeMarkdown(language))} ${link(t('Switch on'), clientCommands.toggleLanguage)}`;
}

function trustLine({ trusted }: Surroundings, t: Translate): Line {
  if (trusted) return undefined;
  const what = t(
    'This workspace is not trusted: the model sees nothing but the document you write in, and the workspace chooses no model.',
  );
  return `${what} ${link(t('Manage trust'), 'workbench.trust.manage')}`;
}

function indexLine({ indexing }: LacunaStatus, t: Translate): Line {
  if (!indexing) return undefined;
  const [done, total] = [indexing.done, indexing.total].map((count) => count.toLocaleString());
  return t('Indexing: {0} of {1} files.', done ?? '', total ?? '');
}

function deviceLine({ device, tokensPerSecond }: LacunaStatus, t: Translate): Line {
  if (device === undefined) return undefined;
  const where = escapeMarkdown(device);
  if (tokensPerSecond === undefined) return t('Runs on {0}.', where);
  return t(
    'Runs on {0}, {1} tokens/s in the latest completion.',
    where,
    tokensPerSecond.toFixed(0),
  );
}

/** Of a model that answers beside the one that completes. */
function chatLine({ chat }: LacunaStatus, t: Translate): Line {
  switch (chat?.state) {
    case undefined:
      return undefined;
    case 'loading':
      return t('The chat model is loading.');
    case 'ready':
      return t('Chat: {0}, on {1}.', escapeMarkdown(chat.model), escapeMarkdown(chat.device));
    case 'failed': {
      const why = escapeMarkdown(`${chat.message} ${chat.remedy}`);
      const choose = link(t('Choose a chat model'), clientCommands.chooseChatModel);
      return `${t('The chat model could not be loaded: {0}', why)} ${choose}`;
    }
  }
}

/** Why nothing comes in the document in front; that nothing came in another one is of no interest. */
function here(
  explanation: Explanation | undefined,
  { document }: Surroundings,
): Explanation | undefined {
  return document === undefined || explanation?.document === document ? explanation : undefined;
}

function icon(
  { busy, kind }: LacunaStatus,
  refusal: Explanation | undefined,
  quiet: boolean,
): string {
  if (busy) return 'loading~spin';
  if (kind === 'Warning') return 'warning';
  if (quiet) return 'bell-slash';
  return refusal ? 'shield' : 'sparkle';
}

function runningView(status: LacunaStatus, around: Surroundings, t: Translate): StatusView {
  const quiet = quietLine(around, t);
  const refusal = here(status.refusal, around);
  const withheld = here(status.withheld, around);
  const engineBusy = here(status.engineBusy, around);
  const { remedy, deviceReason } = status;
  const whatToDo = `**${t('What to do:')}**`;
  const body = tooltip(
    t,
    status.model === undefined ? '**Lacuna**' : `**Lacuna** · ${escapeMarkdown(status.model)}`,
    escapeMarkdown(status.message),
    remedy === undefined ? undefined : `${whatToDo} ${escapeMarkdown(remedy)}`,
    status.kind === 'Inactive' ? undefined : quiet,
    trustLine(around, t),
    refusal && escapeMarkdown(`${refusal.message} ${refusal.remedy}`),
    indexLine(status, t),
    engineBusy && escapeMarkdown(`${engineBusy.message} ${engineBusy.remedy}`),
    withheld && escapeMarkdown(`${withheld.message} ${withheld.remedy}`),
    deviceLine(status, t),
    deviceReason === undefined ? undefined : t('Why there: {0}.', escapeMarkdown(deviceReason)),
    chatLine(status, t),
  );
  switch (status.kind) {
    case 'Normal':
    case 'Warning':
      return {
        text: `$(${icon(status, refusal, quiet !== undefined)}) ${status.model ?? 'Lacuna'}`,
        tooltip: body,
        command: clientCommands.menu,
        ...(status.kind === 'Warning' && { background: 'warning' }),
      };
    case 'Error':
      return {
        text: '$(error) Lacuna',
        tooltip: body,
        command: serverCommands.reloadModel,
        background: 'error',
      };
    case 'Inactive':
      return { text: '$(circle-slash) Lacuna', tooltip: body, command: clientCommands.toggle };
  }
}

/** What the status bar shows, and what a click on it does. */
export function statusView(
  state: ServerState,
  around: Surroundings = nothingSpecial,
  t: Translate = english,
): StatusView {
  switch (state.phase) {
    case 'starting':
      return {
        text: '$(loading~spin) Lacuna',
        tooltip: tooltip(t, '**Lacuna**', t('The language server is starting.')),
        command: clientCommands.menu,
      };
    case 'running':
      return state.status
        ? runningView(state.status, around, t)
        : {
            text: '$(sparkle) Lacuna',
            tooltip: tooltip(t, '**Lacuna**', t('The language server is running.')),
            command: clientCommands.menu,
          };
    case 'restarting':
      return {
        text: '$(warning) Lacuna',
        tooltip: tooltip(
          t,
          '**Lacuna**',
          t(
            'The language server stopped unexpectedly and is started again in {0} s.',
            state.inSeconds,
          ),
        ),
        command: clientCommands.restart,
        background: 'warning',
      };
    case 'failed':
      return {
        text: '$(error) Lacuna',
        tooltip: tooltip(
          t,
          '**Lacuna**',
          escapeMarkdown(state.message),
          `**${t('What to do:')}** ${t('read the output for the reason, then click here to start the server again.')}`,
        ),
        command: clientCommands.restart,
        background: 'error',
      };
  }
}
