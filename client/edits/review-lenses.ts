import type { Translate } from '../translate.js';
import { clientCommands } from '../command-ids.js';
import type { Review } from './review.js';

/** A link above a line of a review. */
export interface Lens {
  /** Zero-based. */
  readonly line: number;
  /** With `$(icon)`s. */
  readonly title: string;
  /** Absent where there is nothing to click. */
  readonly command?: string;
  /** Index of the hunk it is for; absent where it is for all of them. */
  readonly hunk?: number;
}

/**
 * What stands above the lines of a review: what the model does, or what can be done with each hunk.
 *
 * @param line where a review stands that has no hunk
 */
export function reviewLenses(review: Review, line: number, t: Translate): readonly Lens[] {
  const { phase, view, open } = review;
  const close = (title: string, at = line): Lens => ({
    line: at,
    title,
    command: clientCommands.rejectAll,
  });
  switch (phase.name) {
    // The same for both: VS Code shows no other links while the text below them changes.
    case 'waiting':
    case 'writing':
      return [
        { line, title: `$(loading~spin) ${t('The model is at work…')}` },
        close(`$(debug-stop) ${t('Stop')}`),
      ];
    // One above the other: what is too long for its line is cut off.
    case 'refused':
      return [
        { line, title: `$(warning) ${withoutIcons(phase.message)}` },
        ...(phase.remedy === '' ? [] : [{ line: line + 1, title: withoutIcons(phase.remedy) }]),
        close(`$(close) ${t('Close')}`, line + 1),
      ];
    case 'deciding':
      return open.flatMap((hunk, index) => {
        const at = view.hunks[hunk] ?? 0;
        const lens = (icon: string, title: string, command: string): Lens => ({
          line: at,
          title: `$(${icon}) ${title}`,
          command,
        });
        const own: readonly Lens[] = [
          { ...lens('check', t('Accept'), clientCommands.acceptHunk), hunk },
          { ...lens('close', t('Reject'), clientCommands.rejectHunk), hunk },
        ];
        if (index > 0) return own;
        const { model, usage } = phase.proposal;
        const speed = usage && t('{0} tokens/s', usage.tokensPerSecond.toFixed(0));
        return [
          ...own,
          ...(open.length > 1
            ? [
                lens('check-all', t('Accept All'), clientCommands.acceptAll),
                lens('close-all', t('Reject All'), clientCommands.rejectAll),
              ]
            : []),
          lens('diff', t('Diff Editor'), clientCommands.showDiff),
          { line: at, title: [withoutIcons(model), speed].filter(Boolean).join(' · ') },
        ];
      });
  }
}

/** `$(name)` in a model's name must not become an icon; one line is all there is room for. */
function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$\u200b(').replace(/\s+/g, ' ');
}
