import type { Definition, SymbolIndex } from '../../context/index/symbol-index.js';
import type { Question } from '../question-texts.js';
import type { ShownText } from '../shown-text.js';
import { fuzzyScore } from './fuzzy-score.js';
import { linesAround, linesOf } from './lines.js';
import { nothing, type MentionSource } from './mention-source.js';
import { mentionOf, type Mention } from './parse-mentions.js';
import type { ParsedFiles } from './parsed-files.js';
import type { WorkspaceTexts } from './workspace-texts.js';

/** Most definitions of one name that are shown. */
const MOST = 4;

/** `@symbol:area` or `@symbol:Circle.area`: definitions of the workspace. */
export class SymbolMention implements MentionSource {
  constructor(
    private readonly texts: WorkspaceTexts,
    private readonly index: SymbolIndex,
    private readonly parsed: ParsedFiles,
  ) {}

  async find(mention: Mention, { place }: Question): Promise<readonly ShownText[]> {
    const found = this.definitions(mention.name);
    if (found.length === 0)
      return nothing(mention, 'No definition of that name is known in the workspace.');
    // Of several, those of the document in front.
    const near = [...found].sort(
      (a, b) => Number(b.uri === place?.uri) - Number(a.uri === place?.uri),
    );
    const shown = await Promise.all(near.slice(0, MOST).map((each) => this.show(mention, each)));
    const left = near.length - MOST;
    const more = left > 0 ? nothing(mention, `${left} more of that name are left out.`) : [];
    return [...shown.flat(), ...more];
  }

  complete(name: string, _: Partial<Question>, most: number) {
    if (name === '') return Promise.resolve([]);
    const ranked = [...this.index.definedNames()]
      .map((each) => ({ name: each, score: fuzzyScore(name, each) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || a.name.length - b.name.length || compare(a, b))
      .slice(0, most);
    const items = ranked.flatMap(({ name: found }) =>
      this.index.definitions(found).map((definition) => {
        const { container, kind, uri } = definition;
        const full = container === undefined ? found : `${container}.${found}`;
        return {
          ...{ mention: mentionOf('symbol', full), kind: 'symbol' as const, label: full },
          detail: `${kind}, ${this.texts.label(uri)}`,
        };
      }),
    );
    const unique = new Map(items.map((item) => [item.mention, item]));
    return Promise.resolve([...unique.values()].slice(0, most));
  }

  /** By its name, or by its name in what it stands in. */
  private definitions(name: string): readonly Definition[] {
    const whole = this.index.definitions(name);
    if (whole.length > 0) return whole;
    const dot = Math.max(name.lastIndexOf('.'), name.lastIndexOf('::') + 1, name.lastIndexOf('#'));
    const container = name.slice(0, Math.max(dot, 0)).replace(/:$/, '').replaceAll('::', '.');
    return this.index
      .definitions(name.slice(dot + 1))
      .filter((each) => each.container === container || each.container?.endsWith(`.${container}`));
  }

  private async show(mention: Mention, definition: Definition): Promise<ShownText[]> {
    const { uri, name, container } = definition;
    const file = this.texts.label(uri);
    const label = `${container === undefined ? name : `${container}.${name}`} in ${file}`;
    const whole = await this.texts.read(uri);
    if (whole.text === undefined) return nothing(mention, whole.problem, label);
    const { text } = whole;
    const { start, end } = (await this.now(definition, text)) ?? definition;
    const lines = linesAround(text, start, end);
    const passed = await this.texts.pass(uri, linesOf(text, lines));
    if (passed.text === undefined) return nothing(mention, passed.problem, label);
    const note = passed.note === undefined ? {} : { note: passed.note };
    return [{ source: { uri, label, lines, mention: mention.text, ...note }, text: passed.text }];
  }

  /** Where it stands now: the file may have been changed since it was indexed. */
  private now({ uri, name, kind, start }: Definition, text: string) {
    return this.parsed.ask(uri, text, (tree) => {
      const same = tree.tags().definitions.filter((each) => each.name === name);
      const ofKind = same.filter((each) => each.kind === kind);
      return (ofKind.length > 0 ? ofKind : same).sort(
        (a, b) => Math.abs(a.start - start) - Math.abs(b.start - start),
      )[0];
    });
  }
}

function compare(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : Number(one.name > other.name);
}
