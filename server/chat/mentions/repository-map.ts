import type { SymbolIndex } from '../../context/index/symbol-index.js';
import type { ShownText } from '../shown-text.js';
import type { Mention } from './parse-mentions.js';
import type { WorkspaceTexts } from './workspace-texts.js';

/** Definitions on the map, and characters of each. */
const MOST = 30;
const LONGEST = 160;

/** The definitions that matter most in the workspace, by file; undefined where none are known. */
export async function repositoryMap(
  mention: Mention,
  index: SymbolIndex,
  texts: WorkspaceTexts,
  open: readonly string[],
): Promise<ShownText | undefined> {
  const byFile = new Map<string, string[]>();
  for (const { uri, signature } of index.map({ open, mentioned: [], limit: MOST })) {
    const line = signature.replace(/\s+/g, ' ').slice(0, LONGEST);
    byFile.set(uri, [...(byFile.get(uri) ?? []), line]);
  }
  const files = await Promise.all(
    [...byFile].map(async ([uri, lines]) => {
      const { text } = await texts.pass(uri, lines.map((line) => `  ${line}`).join('\n'));
      return text === undefined ? [] : [`${texts.label(uri)}\n${text}`];
    }),
  );
  const text = files.flat().join('\n');
  if (text === '') return undefined;
  return { source: { label: 'repository map', mention: mention.text }, text };
}
