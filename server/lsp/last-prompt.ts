import type { PromptReport } from '../../protocol/index.js';
import type { PromptLog } from '../completion/prompt-log.js';
import { promptMarkdown } from '../completion/prompt-report.js';

/** What `lacuna.lastPrompt` answers; `null` as long as no model was asked. */
export function lastPrompt({ latest }: PromptLog): PromptReport | null {
  if (!latest) return null;
  const segments = latest.segments.map(({ segment, tokens, residentTokens }) =>
    segment.kind === 'text'
      ? {
          kind: segment.kind,
          content: segment.text,
          source: segment.source,
          ...(segment.origin !== undefined && { origin: segment.origin }),
          tokens,
          residentTokens,
        }
      : {
          kind: 'special' as const,
          content: segment.kind === 'special' ? segment.token : segment.name,
          tokens,
          residentTokens,
        },
  );
  return { ...latest, segments, text: promptMarkdown(latest) };
}
