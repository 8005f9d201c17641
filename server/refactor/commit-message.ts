import type { Engine } from '../engine/contract.js';
import { fenceFor } from './code-block.js';
import type { GitChanges } from './git-changes.js';
import { answerRoom, thinkingRoom, wholeText, type TextAnswer } from './whole-text.js';

const MOST_TOKENS = 256;
const OVERHEAD = 300;

const system =
  'You write commit messages. Answer with the message alone: a first line of at most 72 characters in the imperative, and where the change needs it, a blank line and a few lines that say why. No quotes, no code block, no list of files.';

/** A message for changes of a working tree, in the manner of the commits before. @throws as `wholeText` */
export async function commitMessage(
  { diffs, subjects }: GitChanges,
  engine: Engine,
  signal: AbortSignal,
): Promise<TextAnswer> {
  const maxTokens = answerRoom(engine, MOST_TOKENS);
  const style = subjects.length > 0 ? `Earlier messages:\n${subjects.join('\n')}\n\n` : '';
  const budget =
    engine.info.contextLength -
    maxTokens -
    OVERHEAD -
    thinkingRoom(engine) -
    engine.countTokens(style);
  const shown = withinBudget(diffs, budget, (text) => engine.countTokens(text));
  const fence = fenceFor(shown);
  const { text, refusal } = await wholeText(
    engine,
    [
      { role: 'system', content: system },
      { role: 'user', content: `${style}The change:\n${fence}diff\n${shown}\n${fence}` },
    ],
    maxTokens,
    signal,
  );
  return refusal ? { refusal } : { text: plainMessage(text) };
}

/** The diffs of all files, each cut at a line so that all have a share; what short ones leave goes to the others. */
export function withinBudget(
  diffs: readonly string[],
  budget: number,
  countTokens: (text: string) => number,
): string {
  const costs = diffs.map(countTokens);
  const order = diffs.map((_, index) => index).sort((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0));
  const shown: string[] = [];
  let left = budget;
  order.forEach((index, done) => {
    const share = Math.floor(left / (order.length - done));
    const text = diffs[index] ?? '';
    const cost = costs[index] ?? 0;
    const kept = cost <= share ? text : head(text, share, cost);
    shown[index] = kept;
    left -= Math.min(cost, share);
  });
  return shown.filter((text) => text !== '').join('\n');
}

function head(text: string, share: number, cost: number): string {
  const most = Math.floor((text.length * share) / cost);
  const end = text.lastIndexOf('\n', most);
  return end > 0 ? `${text.slice(0, end)}\n[…]` : '';
}

/** Without the fence or the quotes that models like to put around what they were asked for. */
export function plainMessage(answer: string): string {
  const [, fenced] = /^(?:[^\n]*\n){0,2}```\w*\n([^]*?)\n```/.exec(answer) ?? [];
  const text = (fenced ?? answer).trim();
  const [, quoted] = /^(["'`])([^\n]*)\1$/.exec(text)?.slice(1) ?? [];
  return (quoted ?? text)
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}
