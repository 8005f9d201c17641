import type { DocumentText } from '../context/syntax/parsed-document.js';
import type { SyntaxService } from '../context/syntax/syntax-service.js';
import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import type { TextRange } from '../context/syntax/text-range.js';
import { check } from './check.js';
import { definedIn, targetOf, type Target } from './target.js';
import { withCommentsAbove } from './definitions.js';
import { fitCode, frameOf, lineEdit } from './fit-code.js';
import { leadingBlanks } from './indentation.js';
import { bare, lineEndAt, lineStartAt } from './lines.js';
import type { DraftOutcome } from './propose-edit.js';
import { refuse } from './refusal.js';

export interface BlockSupport {
  readonly syntax: Pick<SyntaxService, 'ready'>;
  /** Longest wait for the document's tree, milliseconds. */
  readonly parseMs: number;
  /** The model that wrote the block. */
  readonly model: string;
}

/** Nothing is asked of it but that it parses. */
const anything = {
  title: '',
  task: '',
  keepsNames: false,
  keepsCode: false,
  addsDefinition: false,
};
/** Where a block goes; `indentation` where that is not what the target's own lines have. */
type Place = Target & { readonly indentation?: string };

/** Longest that a block may take to parse on its own, milliseconds. */
const PARSE_MS = 500;

/**
 * Puts a code block of a conversation where it belongs in a document: in the place of the definitions that it defines anew,
 * else of what is selected, else behind the cursor's statement. Refused where it does not parse there.
 */
export async function placeBlock(
  document: DocumentText,
  block: string,
  range: TextRange,
  { syntax, parseMs, model }: BlockSupport,
  signal: AbortSignal,
): Promise<DraftOutcome> {
  const { uri, version } = document;
  const text = document.getText();
  const parsed = await syntax.ready(uri, { signal, deadlineMs: parseMs });
  signal.throwIfAborted();
  const tree = parsed?.text === text ? parsed : undefined;
  if (block.trim() === '') return refuse('The code block is empty.', 'Choose another one.');
  const place = (tree && redefined(tree, block)) ?? selected(text, tree, range);
  const target = place ?? behind(text, tree, range.end);
  const frame = frameOf(text, target, tree);
  const { indentation = frame.indentation } = target;
  const code = fitCode(block, { ...frame, indentation }, target, tree);
  const edit = lineEdit(text, target, place ? code : `\n${indentation}${code}`);
  const { fault, parsed: seen } = check(tree, target, edit, anything);
  if (fault !== undefined)
    return refuse(
      `The code block cannot be put there: ${fault}`,
      'Select the code that it is to replace, or copy it by hand.',
    );
  const { start, end, oldText, newText } = edit;
  if (oldText === newText)
    return refuse('The document says so already.', 'Choose another code block.');
  const title = `Apply ${target.names[0] ?? 'code block'}`;
  const facts = { title, uri, version, creates: false, attempts: 0, parsed: seen };
  return { draft: { ...facts, start, end, oldText, newText, model } };
}

/** The run of definitions in the document that a block defines anew; undefined where there is none, or they lie apart. */
function redefined(tree: SyntaxTree, block: string): Place | undefined {
  const alone = tree.withEdit({ start: 0, oldEnd: tree.text.length, newText: block }, PARSE_MS);
  if (!alone) return undefined;
  const names = definedIn(alone, { start: 0, end: block.length });
  const whole = definesOnly(alone);
  alone.dispose();
  if (!whole || names.length === 0) return undefined;
  const { definitions } = tree.tags();
  const known = names.flatMap((name) => {
    const found = definitions.filter((each) => each.name === name);
    return found.length === 1 ? found : [];
  });
  const [first] = known;
  if (!first) return undefined;
  const start = Math.min(...known.map((each) => each.start));
  const end = Math.max(...known.map((each) => each.end));
  const run = tree.statementsAround({ start, end });
  // Whatever else stands between them would be lost.
  const own = run.statements.every((node) =>
    known.some((each) => node.start <= each.start && each.end <= node.end),
  );
  if (!own || run.statements.length === 0) return undefined;
  const commented = /^\s*(?:\/[/*]|#|--|@)/.test(block);
  return {
    start: commented ? withCommentsAbove(tree, run.start) : run.start,
    ...{ end: run.end, names, blank: false },
    container: { type: run.container.type, start: run.container.start },
  };
}

/** Whether all that stands in a text are definitions and comments. */
function definesOnly(tree: SyntaxTree): boolean {
  const { definitions } = tree.tags();
  const { statements } = tree.statementsAround({ start: 0, end: tree.text.length });
  return statements.every(
    ({ type, start, end }) =>
      type.includes('comment') ||
      definitions.some((each) => start <= each.start && each.end <= end),
  );
}

/** What is selected, or the cursor's blank line. */
function selected(text: string, tree: SyntaxTree | undefined, range: TextRange): Place | undefined {
  const { target } = targetOf(text, tree, range, 'rewrite');
  const some = text.slice(range.start, range.end).trim() !== '';
  return target && (some || target.blank) ? target : undefined;
}

/** Behind the statement that an offset is in, or at the end of the file: a line of its own. */
function behind(text: string, tree: SyntaxTree | undefined, offset: number): Place {
  const run = tree?.statementsAround({ start: offset, end: offset });
  const inside = run && run.statements.length > 0;
  const at = inside ? run.end : text.trimEnd().length;
  const end = at + bare(text.slice(at, lineEndAt(text, at))).length;
  const line = text.slice(lineStartAt(text, inside ? run.start : at), end);
  return { start: end, end, names: [], blank: false, indentation: leadingBlanks(line) };
}
