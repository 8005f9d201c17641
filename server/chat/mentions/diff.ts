import type { ShownText } from '../shown-text.js';
import type { Question } from '../question-texts.js';
import { nothing, type MentionSource } from './mention-source.js';
import type { Mention } from './parse-mentions.js';
import { workingDiff, type FileDiff } from './working-diff.js';
import type { WorkspaceTexts } from './workspace-texts.js';

/** Longest that Git may take, milliseconds. */
const GIT_MS = 10_000;

/** `@diff`: what has changed in the working tree since the last commit. */
export class DiffMention implements MentionSource {
  /** @param trusted whether programs may be run in the workspace */
  constructor(
    private readonly texts: WorkspaceTexts,
    private readonly folders: () => readonly string[],
    private readonly trusted: () => boolean,
  ) {}

  async find(mention: Mention, _: Question, signal: AbortSignal): Promise<readonly ShownText[]> {
    const label = 'working tree changes';
    if (!this.trusted()) return nothing(mention, 'The workspace is not trusted.', label);
    const patience = AbortSignal.any([signal, AbortSignal.timeout(GIT_MS)]);
    const diffs: FileDiff[] = [];
    let problem: string | undefined;
    for (const folder of this.folders()) {
      const found = await workingDiff(folder, patience);
      if (found.diffs) diffs.push(...found.diffs);
      else problem ??= found.problem;
    }
    if (diffs.length === 0) return nothing(mention, problem ?? 'Nothing has changed.', label);
    const passed = await Promise.all(diffs.map((each) => this.texts.pass(each.uri, each.text)));
    const shown = passed.flatMap(({ text }) => (text === undefined ? [] : [text]));
    const left = diffs.length - shown.length;
    const notes = [
      ...new Set(passed.flatMap(({ note }) => note ?? [])),
      ...(left > 0 ? [`${left} files are left out: they are not shown to the model.`] : []),
    ];
    if (shown.length === 0) return nothing(mention, notes.join(' '), label);
    const note = notes.length > 0 ? { note: notes.join(' ') } : {};
    return [{ source: { label, mention: mention.text, ...note }, text: shown.join('') }];
  }
}
