import type { SyntaxTree } from '../context/syntax/syntax-tree.js';
import { askForCode, type Usage } from './ask-for-code.js';
import { check } from './check.js';
import type { EditDraft } from './draft.js';
import { frameOf, fitCode, lineEdit, type LineEdit } from './fit-code.js';
import { withSecret } from './hidden-secret.js';
import { promptFor } from './prepare-prompt.js';
import { answerBeginning, editMessages, retryMessages } from './prompt.js';
import type { DraftOutcome, EditRequest, EditSupport } from './edit-request.js';
import { refuse, type EditRefusal } from './refusal.js';
import { targetOf, type Target } from './target.js';
import { editTasks } from './tasks.js';

/** Most times the model is asked. */
const ATTEMPTS = 2;

/**
 * Asks the model for an edit, checks it in its place, and asks once more where it does not hold. Refusals are answers.
 *
 * @throws EngineError (rejects) where the engine fails; DOMException named AbortError where the signal has aborted
 */
export async function proposeEdit(
  request: EditRequest,
  support: EditSupport,
  signal: AbortSignal,
): Promise<DraftOutcome> {
  const { document } = request;
  const { uri, version } = document;
  const text = document.getText();
  const parsed = await support.syntax.ready(uri, { signal, deadlineMs: support.parseMs });
  // The document may be changed while the model is at work, which ends the service's own tree.
  const tree = parsed?.text === text ? parsed.copy() : undefined;
  try {
    signal.throwIfAborted();
    const { target, refusal } = targetOf(text, tree, request.range, request.kind);
    if (!target) return { refusal };
    const draft = await draftOf(text, target, tree, request, support, signal);
    return 'refusal' in draft ? draft : { draft: { ...draft, uri, version } };
  } finally {
    tree?.dispose();
  }
}

async function draftOf(
  text: string,
  target: Target,
  tree: SyntaxTree | undefined,
  request: EditRequest,
  support: EditSupport,
  signal: AbortSignal,
): Promise<Omit<EditDraft, 'uri' | 'version'> | { readonly refusal: EditRefusal }> {
  const task = editTasks[request.kind];
  const { engine, onProgress } = support;
  const frame = frameOf(text, target, tree);
  const prepared = await promptFor(text, target, frame, request, support);
  if ('refusal' in prepared) return prepared;
  const editOf = (answer: string) =>
    lineEdit(text, target, fitCode(withSecret(answer, prepared.part), frame, target, tree));
  const usage: Usage = { generated: 0, decodeMs: 0 };
  const question = {
    begin: answerBeginning(prepared.prompt),
    maxTokens: prepared.maxTokens,
    // Most of a refactored text is the old one.
    code: prepared.prompt.code,
  };
  const onLine =
    onProgress &&
    ((code: string) => {
      const { start, end, newText } = editOf(code);
      onProgress({ start, end }, newText);
    });
  let messages = editMessages(prepared.prompt);
  let fault = '';
  for (let attempts = 1; attempts <= ATTEMPTS; attempts++) {
    const answer = await askForCode(engine, messages, question, usage, signal, onLine);
    if ('refusal' in answer) return answer;
    fault = 'it has no code block.';
    if (answer.code !== undefined) {
      const edit = editOf(answer.code);
      const verdict = check(tree, target, edit, task);
      if (verdict.fault === undefined)
        return edit.newText === edit.oldText
          ? nothingChanged()
          : done(edit, { title: titleOf(request, target), parsed: verdict.parsed, attempts });
      fault = verdict.fault;
    }
    messages = retryMessages(messages, answer.text, fault);
  }
  return refuse(
    `What the model wrote cannot be used: ${fault}`,
    'Say it in other words, select less code, or choose a larger model.',
  );

  function done(edit: LineEdit, facts: Pick<EditDraft, 'title' | 'parsed' | 'attempts'>) {
    const { start, end, oldText, newText } = edit;
    const seconds = usage.decodeMs / 1000;
    const tokensPerSecond = seconds > 0 ? usage.generated / seconds : 0;
    return {
      ...{ ...facts, start, end, oldText, newText, creates: false, model: engine.info.model },
      usage: { generated: usage.generated, tokensPerSecond },
    };
  }
}

function nothingChanged(): { readonly refusal: EditRefusal } {
  return refuse('The model changed nothing.', 'Say in other words what is to be changed.');
}

/** A few words for a person: `Simplify area`. */
function titleOf({ kind, instruction = '' }: EditRequest, { names }: Target): string {
  const name = names[0] ?? (kind === 'rewrite' ? instruction.slice(0, 60) : 'the selected code');
  return `${editTasks[kind].title} ${name}`.trim();
}
