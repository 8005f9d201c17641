import { l10n } from 'vscode';
import { serverCommands, type PromptReport, type StatisticsReport } from '../../protocol/index.js';
import type { Ctx } from '../ctx.js';

/** Shows what the model was last asked with. */
export async function showPrompt(ctx: Ctx): Promise<void> {
  const report = await ctx.request<PromptReport | null>(serverCommands.lastPrompt);
  const none = l10n.t('No model was asked since the server started.');
  await ctx.promptDocument.show(report?.text ?? `# ${l10n.t('The latest prompt')}\n\n${none}\n`);
}

/** Shows what was counted so far. */
export async function showStatistics(ctx: Ctx): Promise<void> {
  const report = await ctx.request<StatisticsReport>(serverCommands.showStatistics);
  const none = l10n.t('The language server does not run: restart it.');
  await ctx.statisticsDocument.show(report?.markdown ?? `# ${l10n.t('Statistics')}\n\n${none}\n`);
}
