import type { EditorPlace, MentionItem } from '../../../protocol/chat.js';
import type { Question, QuestionTexts } from '../question-texts.js';
import type { ShownText } from '../shown-text.js';
import { nothing, type MentionSource } from './mention-source.js';
import { mentionKinds, parseMentions, type Mention, type MentionKind } from './parse-mentions.js';

/** In which order texts are shown: what somebody points at first, what was looked for last. */
const order: readonly MentionKind[] = ['selection', 'file', 'symbol', 'problems', 'diff', 'repo'];
/** Longest that one mention may take to be looked up, milliseconds. */
const DEADLINE_MS = 20_000;
/** Most completions, of all kinds together. */
const MOST_ITEMS = 20;

/** What each kind is, for a person who looks at the list. */
const details: Readonly<Record<MentionKind, string>> = {
  selection: 'The selected lines, or the function around the cursor',
  file: 'A file of the workspace',
  symbol: 'A definition of the workspace',
  problems: 'What the editor finds wrong',
  diff: 'What has changed in the working tree',
  repo: 'What the workspace says about the question',
};

/** Mentions of all kinds: what they stand for, and what an `@` may be completed with. */
export class Mentions implements QuestionTexts {
  constructor(private readonly sources: Readonly<Record<MentionKind, MentionSource>>) {}

  async find(question: Question, signal: AbortSignal): Promise<readonly ShownText[]> {
    const mentions = parseMentions(question.question).sort(
      (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind),
    );
    const found = await Promise.all(mentions.map((each) => this.one(each, question, signal)));
    return found.flat();
  }

  /** @param query what stands behind the `@` */
  async complete(query: string, place?: EditorPlace): Promise<MentionItem[]> {
    const [, named, name = ''] = /^(file|symbol):"?(.*)$/s.exec(query) ?? [];
    const asked = place ? { place } : {};
    if (named !== undefined)
      return (await this.sources[named as MentionKind].complete?.(name, asked, MOST_ITEMS)) ?? [];
    const kinds = mentionKinds.filter((kind) => kind.startsWith(query.toLowerCase())).map(kindItem);
    const half = Math.ceil((MOST_ITEMS - kinds.length) / 2);
    const lists = await Promise.all(
      [this.sources.file, this.sources.symbol].map(async (each) =>
        each.complete?.(query, asked, half),
      ),
    );
    return [...kinds, ...lists.flatMap((list) => list ?? [])];
  }

  private async one(
    mention: Mention,
    question: Question,
    signal: AbortSignal,
  ): Promise<readonly ShownText[]> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
    const late = new Promise<ShownText[]>((resolve) => {
      const giveUp = () => {
        resolve(nothing(mention, 'It took too long to find.'));
      };
      if (patience.aborted) giveUp();
      else patience.addEventListener('abort', giveUp, { once: true });
    });
    try {
      return await Promise.race([
        this.sources[mention.kind].find(mention, question, patience),
        late,
      ]);
    } catch (error) {
      return nothing(mention, error instanceof Error ? error.message : String(error));
    }
  }
}

function kindItem(kind: MentionKind): MentionItem {
  const mention = kind === 'file' || kind === 'symbol' ? `@${kind}:` : `@${kind}`;
  return { mention, kind, label: mention, detail: details[kind] };
}
