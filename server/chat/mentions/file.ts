import type { Question } from '../question-texts.js';
import type { ShownText } from '../shown-text.js';
import { countLines, linesOf } from './lines.js';
import { nothing, type MentionSource } from './mention-source.js';
import { mentionOf, type Mention } from './parse-mentions.js';
import type { WorkspaceFiles } from './workspace-files.js';
import type { WorkspaceTexts } from './workspace-texts.js';

/** `@file:src/main.ts`: a file of the workspace, or lines of it. */
export class FileMention implements MentionSource {
  constructor(
    private readonly texts: WorkspaceTexts,
    private readonly files: WorkspaceFiles,
  ) {}

  async find(mention: Mention): Promise<readonly ShownText[]> {
    let problem: string | undefined;
    for (const uri of this.texts.candidates(mention.name)) {
      const whole = await this.texts.read(uri);
      if (whole.text === undefined) problem ??= whole.problem;
      else return this.show(mention, uri, whole.text);
    }
    return nothing(mention, problem ?? 'No folder is open.');
  }

  async complete(name: string, _: Partial<Question>, most: number) {
    const files = await this.files.matching(name, most);
    return files.map((uri) => {
      const label = this.texts.label(uri);
      const kind = 'file' as const;
      const at = label.lastIndexOf('/');
      return {
        ...{ mention: mentionOf(kind, label), kind, label: label.slice(at + 1) },
        detail: label.slice(0, Math.max(0, at)),
      };
    });
  }

  private async show(mention: Mention, uri: string, whole: string): Promise<ShownText[]> {
    const label = this.texts.label(uri);
    const { lines } = mention;
    const last = countLines(whole) - 1;
    if (lines && lines.first > last) return nothing(mention, `It has ${last + 1} lines.`, label);
    const cut = lines && { first: lines.first, last: Math.min(lines.last, last) };
    const { text, note, problem } = await this.texts.pass(uri, cut ? linesOf(whole, cut) : whole);
    if (text === undefined) return nothing(mention, problem, label);
    if (text === '') return nothing(mention, 'It is empty.', label);
    const source = {
      ...{ uri, label, mention: mention.text },
      ...(cut && { lines: cut }),
      ...(note !== undefined && { note }),
    };
    return [{ source, text }];
  }
}
