import { serverCommands, type LacunaStatus } from '../protocol/index.js';

/** Commands of this client, as package.json contributes them. */
export const clientCommands = {
  restart: 'lacuna.restart',
  toggle: 'lacuna.toggle',
  showOutput: 'lacuna.showOutput',
  complete: 'lacuna.complete',
  showPrompt: 'lacuna.showPrompt',
  statistics: 'lacuna.statistics',
} as const;

/** What the client knows about its server. `status` is the server's own latest word, while it runs. */
export type ServerState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'running'; readonly status?: LacunaStatus }
  | { readonly phase: 'restarting'; readonly inSeconds: number }
  | { readonly phase: 'failed'; readonly message: string };

export interface StatusView {
  /** With `$(icon)`s. */
  readonly text: string;
  /** Markdown; command links only to the commands above and the server's own. */
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

const links = `${link('Restart', clientCommands.restart)} · ${link('Output', clientCommands.showOutput)} · ${link('Prompt', clientCommands.showPrompt)} · [Settings](command:workbench.action.openSettings?%22lacuna.%22)`;

function tooltip(...lines: readonly (string | undefined)[]): string {
  return [...lines.filter((line) => line !== undefined), links].join('\n\n');
}

function runningView(status: LacunaStatus): StatusView {
  const name = status.model ?? 'Lacuna';
  const speed = status.tokensPerSecond;
  const body = tooltip(
    status.model === undefined ? '**Lacuna**' : `**Lacuna** · ${escapeMarkdown(status.model)}`,
    escapeMarkdown(status.message),
    status.remedy === undefined ? undefined : `**What to do:** ${escapeMarkdown(status.remedy)}`,
    status.refusal && escapeMarkdown(`${status.refusal.message} ${status.refusal.remedy}`),
    status.device === undefined
      ? undefined
      : `Runs on ${escapeMarkdown(status.device)}${speed === undefined ? '' : `, ${speed.toFixed(0)} tokens/s in the latest completion`}.`,
    status.deviceReason === undefined
      ? undefined
      : `Why there: ${escapeMarkdown(status.deviceReason)}.`,
  );
  switch (status.kind) {
    case 'Normal':
      return {
        text: `$(${status.busy ? 'loading~spin' : status.refusal ? 'shield' : 'sparkle'}) ${name}`,
        tooltip: body,
        command: clientCommands.showOutput,
      };
    case 'Warning':
      return {
        text: `$(${status.busy ? 'loading~spin' : 'warning'}) ${name}`,
        tooltip: body,
        command: clientCommands.showOutput,
        background: 'warning',
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
export function statusView(state: ServerState): StatusView {
  switch (state.phase) {
    case 'starting':
      return {
        text: '$(loading~spin) Lacuna',
        tooltip: tooltip('**Lacuna**', 'The language server is starting.'),
        command: clientCommands.showOutput,
      };
    case 'running':
      return state.status
        ? runningView(state.status)
        : {
            text: '$(sparkle) Lacuna',
            tooltip: tooltip('**Lacuna**', 'The language server is running.'),
            command: clientCommands.showOutput,
          };
    case 'restarting':
      return {
        text: '$(warning) Lacuna',
        tooltip: tooltip(
          '**Lacuna**',
          `The language server stopped unexpectedly and is started again in ${state.inSeconds} s.`,
        ),
        command: clientCommands.restart,
        background: 'warning',
      };
    case 'failed':
      return {
        text: '$(error) Lacuna',
        tooltip: tooltip(
          '**Lacuna**',
          escapeMarkdown(state.message),
          '**What to do:** read the output for the reason, then click here to start the server again.',
        ),
        command: clientCommands.restart,
        background: 'error',
      };
  }
}
