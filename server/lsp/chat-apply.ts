import { TextDocument } from 'vscode-languageserver-textdocument';
import type { EditOutcome, EditorPlace } from '../../protocol/index.js';
import type { ChatService } from '../chat/chat-service.js';
import { codeBlocksOf, fileNamedBy, type CodeBlock } from '../chat/code-blocks.js';
import type { ParsedFiles } from '../chat/mentions/parsed-files.js';
import type { WorkspaceTexts } from '../chat/mentions/workspace-texts.js';
import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import { REDACTED } from '../provenance/redact.js';
import { blockParts, elision, type BlockPart } from '../refactor/block-parts.js';
import { placeAt, placeByNames, type PlacedBlock } from '../refactor/place-parts.js';
import type { Proposals } from '../refactor/proposals.js';
import { refuse } from '../refactor/refusal.js';
import type { Documents } from './documents.js';

/** Longest that a block may take to be parsed in its place, milliseconds. */
const PARSE_MS = 2000;
/** Members of a class are none of their own: they are parsed inside of one. */
const [OPENED, CLOSED] = ['class C {\n', '\n}'];

export interface BlockToApply {
  readonly conversation: string;
  readonly turn: string;
  readonly block: number;
  readonly place?: EditorPlace;
}

/** What becomes of a block in a file. */
type Attempt =
  | { readonly placed: PlacedBlock; readonly parsed: boolean; readonly problem?: never }
  | { readonly problem?: string; readonly placed?: never };

/** `lacuna/chat/apply`: puts a block of an answer where it belongs, without asking a model again. */
export class ChatApply {
  constructor(
    private readonly chat: Pick<ChatService, 'open'>,
    private readonly documents: Documents,
    private readonly texts: WorkspaceTexts,
    private readonly parsed: ParsedFiles,
    private readonly proposals: Proposals,
  ) {}

  /** @throws ChatError (rejects) where there is no such conversation */
  async apply({ conversation, turn: id, block: index, place }: BlockToApply): Promise<EditOutcome> {
    const turn = (await this.chat.open(conversation)).turns.find((each) => each.id === id);
    const block = turn && codeBlocksOf(turn.answer)[index];
    if (!block) return refuse('The answer has no such block.', 'Look at the conversation again.');
    const left = elision(block.code);
    if (left !== undefined)
      return refuse(
        `The block leaves out code: ${left}`,
        'Ask for all of it, or copy what you need.',
      );
    if (block.code.includes(REDACTED))
      return refuse(
        `The block has ${REDACTED} where the file has a secret that the model was not shown.`,
        'Copy the other lines by hand.',
      );
    const model = turn.model ?? '';
    const named = fileNamedBy(block);
    const uris = named === undefined ? [] : this.texts.candidates(named);
    const others = [place?.uri, ...turn.sources.map(({ uri }) => uri)].filter(
      (uri) => uri !== undefined,
    );
    let problem: string | undefined;
    for (const uri of new Set([...uris, ...others])) {
      const whole = await this.texts.read(uri);
      if (whole.text === undefined) continue;
      const cursor = place?.uri === uri ? place : undefined;
      const attempt = await this.attempt(block, uri, whole.text, cursor, uris.includes(uri));
      if (attempt.placed) return this.propose(attempt, uri, whole.text, model);
      problem ??= attempt.problem;
    }
    if (problem !== undefined) return refuse(problem, 'Copy what you need, or ask for it again.');
    const [fresh] = uris;
    if (fresh !== undefined && named !== undefined && others.every((uri) => !uris.includes(uri)))
      return this.create(block, fresh, model);
    return refuse(
      'Nothing says where this block belongs.',
      'Put the cursor there, or select what it replaces.',
    );
  }

  private async attempt(
    { code }: CodeBlock,
    uri: string,
    text: string,
    place: EditorPlace | undefined,
    named: boolean,
  ): Promise<Attempt> {
    const document = TextDocument.create(uri, '', 0, text);
    const range = place && {
      start: document.offsetAt(place.selection.start),
      end: document.offsetAt(place.selection.end),
    };
    const parts = await this.parts(uri, code);
    const judge = (tree: SyntaxTree | undefined): Attempt => {
      const atEnd = { start: text.length, end: text.length };
      // A file that the block names is the one, even if it has nothing of it yet.
      const here = range ?? (named ? atEnd : undefined);
      const placed =
        (tree && placeByNames(parts, text, tree, range?.end)) ??
        (here && placeAt(code, parts, text, tree, here));
      if (!placed) return {};
      if (placed.newText === placed.oldText) return { problem: 'The file has this code already.' };
      return fault(tree, placed) ?? { placed, parsed: tree !== undefined };
    };
    return (await this.parsed.ask(uri, text, judge)) ?? judge(undefined);
  }

  private async parts(uri: string, code: string): Promise<readonly BlockPart[]> {
    const whole = await this.parsed.ask(uri, code, (tree) =>
      tree.faults().length === 0 ? blockParts(tree) : undefined,
    );
    if (whole) return whole;
    const member = await this.parsed.ask(uri, OPENED + code + CLOSED, (tree) =>
      tree.faults().length === 0
        ? blockParts(tree, OPENED.length, OPENED.length + code.length)
        : undefined,
    );
    return member ?? [];
  }

  private propose(
    { placed, parsed }: Attempt & { readonly placed: PlacedBlock },
    uri: string,
    text: string,
    model: string,
  ): EditOutcome {
    const version = this.documents.get(uri)?.version ?? null;
    const title = `Apply to ${this.texts.label(uri)}`;
    const draft = {
      ...placed,
      ...{ title, uri, version, creates: false, model, attempts: 1, parsed },
    };
    return { proposal: this.proposals.add(draft, text) };
  }

  private async create({ code }: CodeBlock, uri: string, model: string): Promise<EditOutcome> {
    const refused = await this.texts.refuses(uri);
    if (refused !== undefined) return refuse(refused, 'Copy what you need.');
    const draft = {
      ...{ title: `Create ${this.texts.label(uri)}`, uri, version: null, creates: true },
      ...{ start: 0, end: 0, oldText: '', newText: `${code}\n`, model, attempts: 1, parsed: false },
    };
    return { proposal: this.proposals.add(draft, '') };
  }
}

/** Errors that the document did not have before. */
function fault(tree: SyntaxTree | undefined, placed: PlacedBlock): Attempt | undefined {
  const { start, end: oldEnd, newText } = placed;
  const after = tree?.withEdit({ start, oldEnd, newText }, PARSE_MS);
  try {
    return tree && after && after.faults().length > tree.faults().length
      ? { problem: 'The block does not parse in its place.' }
      : undefined;
  } finally {
    after?.dispose();
  }
}
