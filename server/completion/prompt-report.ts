import type { LoggedPrompt, LoggedSegment } from './prompt-log.js';

/** A prompt as Markdown: what it took, then every segment with its source, its tokens and its exact text. */
export function promptMarkdown(prompt: LoggedPrompt): string {
  const { document, model, promptTokens, residentTokens, redactions, segments } = prompt;
  const left = redactions === 1 ? '1 secret was left out' : `${redactions} secrets were left out`;
  return [
    '# The latest prompt',
    '',
    `${model} was asked to complete ${document}: ${promptTokens} tokens, ${residentTokens} of them known from before; ${left}.`,
    '',
    ...segments.flatMap(segmentMarkdown),
  ].join('\n');
}

function segmentMarkdown(logged: LoggedSegment, index: number): string[] {
  const { segment, tokens, residentTokens } = logged;
  const cost = `${tokens} ${tokens === 1 ? 'token' : 'tokens'}, ${residentTokens} known`;
  if (segment.kind !== 'text') {
    const name = segment.kind === 'special' ? segment.token : segment.name;
    return [`## ${index + 1}. \`${name}\` (${cost})`, ''];
  }
  const fence = fenceFor(segment.text);
  const origin = segment.origin === undefined ? '' : ` – ${segment.origin}`;
  return [
    `## ${index + 1}. ${segment.source}${origin} (${cost})`,
    '',
    fence,
    segment.text,
    fence,
    '',
  ];
}

/** More backticks than any run in `text`. */
function fenceFor(text: string): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return '`'.repeat(longest + 1);
}
