import type { EditorPlace, EditorProblem } from '../../../protocol/chat.js';
import type { SyntaxService } from '../../context/syntax/syntax-service.js';
import type { Question } from '../question-texts.js';
import type { ShownText } from '../shown-text.js';
import { lineAt, linesOf } from './lines.js';
import { nothing, type MentionSource } from './mention-source.js';
import type { Mention } from './parse-mentions.js';
import type { WorkspaceTexts } from './workspace-texts.js';

/** Most problems that are shown, and most that a client may send. */
const MOST = 50;
const MOST_SENT = 200;
/** Longest wait for the document's tree, milliseconds. */
const PARSE_MS = 1000;

const severities: readonly EditorProblem['severity'][] = [
  ...(['error', 'warning', 'information', 'hint'] as const),
];

/** `@problems`: what the editor's tools find wrong, each with the line that it is about. */
export class ProblemsMention implements MentionSource {
  constructor(
    private readonly texts: WorkspaceTexts,
    private readonly syntax: Pick<SyntaxService, 'ready'>,
  ) {}

  async find(
    mention: Mention,
    { place }: Question,
    signal: AbortSignal,
  ): Promise<readonly ShownText[]> {
    if (!place) return nothing(mention, 'No document is open.', 'problems');
    const sent = place.problems ?? (await this.faults(place, signal));
    const ranked = sent
      .slice(0, MOST_SENT)
      .map((problem, at) => ({ problem, rank: [rankOf(problem, place), at] as const }))
      .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1])
      .map(({ problem }) => problem);
    if (ranked.length === 0) return nothing(mention, 'Nothing is reported.', 'problems');
    const shown = await Promise.all(ranked.slice(0, MOST).map((each) => this.line(each)));
    const kept = shown.filter((each) => each !== undefined);
    if (kept.length === 0)
      return nothing(mention, 'They are in files that are not shown to the model.', 'problems');
    const left = ranked.length - kept.length;
    const note = left === 0 ? {} : { note: `${left} more are left out.` };
    return [
      { source: { label: 'problems', mention: mention.text, ...note }, text: kept.join('\n') },
    ];
  }

  private async line(problem: EditorProblem): Promise<string | undefined> {
    const { uri, line, severity, message, source } = problem;
    const whole = await this.texts.read(uri);
    if (whole.text === undefined) return undefined;
    const code = linesOf(whole.text, { first: line, last: line }).trim();
    const said = `${message.replace(/\s+/g, ' ').trim()}\n${code}`;
    // Messages repeat what stands in the code.
    const passed = await this.texts.pass(uri, said);
    if (passed.text === undefined) return undefined;
    const [what = '', where = ''] = passed.text.split('\n');
    const who = source === undefined ? '' : ` (${source})`;
    const shown = where === '' ? '' : `\n    ${where}`;
    return `${this.texts.label(uri)}:${line + 1}: ${severity}${who}: ${what}${shown}`;
  }

  /** What does not parse, for editors that say nothing of their other tools. */
  private async faults({ uri }: EditorPlace, signal: AbortSignal): Promise<EditorProblem[]> {
    const tree = await this.syntax.ready(uri, { signal, deadlineMs: PARSE_MS });
    return (tree?.faults() ?? []).map(({ start }) => ({
      ...{ uri, severity: 'error', source: 'syntax' },
      line: lineAt(tree?.text ?? '', start),
      message: 'This does not parse.',
    }));
  }
}

/** Those of the document in front come first, then the worse ones. */
function rankOf({ uri, severity }: EditorProblem, place: EditorPlace): number {
  return severities.indexOf(severity) + (uri === place.uri ? 0 : severities.length);
}
