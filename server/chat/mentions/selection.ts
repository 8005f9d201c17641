import { TextDocument } from 'vscode-languageserver-textdocument';
import type { SyntaxService } from '../../context/syntax/syntax-service.js';
import type { Question } from '../question-texts.js';
import type { ShownText } from '../shown-text.js';
import { countLines, linesAround, linesOf, type Lines } from './lines.js';
import { nothing, type MentionSource } from './mention-source.js';
import type { Mention } from './parse-mentions.js';
import type { WorkspaceTexts } from './workspace-texts.js';

/** Lines before and behind a cursor that stands in no function. */
const AROUND = 20;
/** Longest wait for the document's tree, milliseconds. */
const PARSE_MS = 1000;

/** `@selection`: the lines that are selected, or the function that the cursor stands in. */
export class SelectionMention implements MentionSource {
  constructor(
    private readonly texts: WorkspaceTexts,
    private readonly syntax: Pick<SyntaxService, 'ready'>,
  ) {}

  async find(
    mention: Mention,
    { place }: Question,
    signal: AbortSignal,
  ): Promise<readonly ShownText[]> {
    if (!place) return nothing(mention, 'No document is open.');
    const { uri, selection } = place;
    const label = this.texts.label(uri);
    const whole = await this.texts.read(uri);
    if (whole.text === undefined) return nothing(mention, whole.problem, label);
    const document = TextDocument.create(uri, '', 0, whole.text);
    const [start, end] = [document.offsetAt(selection.start), document.offsetAt(selection.end)];
    const lines =
      start === end
        ? await this.around(uri, whole.text, start, signal)
        : linesAround(whole.text, Math.min(start, end), Math.max(start, end));
    const passed = await this.texts.pass(uri, linesOf(whole.text, lines));
    if (passed.text === undefined) return nothing(mention, passed.problem, label);
    const { text, note } = passed;
    const source = {
      uri,
      label,
      lines,
      mention: mention.text,
      ...(note !== undefined && { note }),
    };
    return [{ source, text }];
  }

  private async around(
    uri: string,
    text: string,
    cursor: number,
    signal: AbortSignal,
  ): Promise<Lines> {
    const tree = await this.syntax.ready(uri, { signal, deadlineMs: PARSE_MS });
    const construct = tree?.text === text ? tree.enclosing(cursor)[0] : undefined;
    if (construct) return linesAround(text, construct.start, construct.end);
    const { first } = linesAround(text, cursor, cursor);
    return {
      first: Math.max(0, first - AROUND),
      last: Math.min(countLines(text) - 1, first + AROUND),
    };
  }
}
