import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TextRange } from '../context/syntax/text-range.js';
import { normalizeNewlines } from '../prompt/newline.js';
import type { ProvenanceGate } from '../provenance/gate.js';
import { fileOf } from '../provenance/place.js';
import { redactText } from '../provenance/redact.js';
import { faultsOf, type ParseText } from './check.js';
import { askForCode, type Usage } from './ask-for-code.js';
import { fenceFor } from './code-block.js';
import { lineEdit } from './fit-code.js';
import { endOfLineOf } from './lines.js';
import { nearbyLines } from './nearby-lines.js';
import { cutAtGate } from './prepare-prompt.js';
import { retryMessages } from './prompt.js';
import type { DraftOutcome, EditRequest, EditSupport } from './edit-request.js';
import { refuse, type EditRefusal } from './refusal.js';
import { targetOf, type Target } from './target.js';
import { editTasks } from './tasks.js';
import { testFilesOf } from './test-file.js';
import { testFramework } from './test-framework.js';
import { answerRoom, thinkingRoom } from './whole-text.js';
import { withOldLines } from './fit-code.js';

/** A file beside the document: as the editor has it open, or as it is on the disk. */
export interface FileText {
  readonly text: string;
  /** Null where it is not open. */
  readonly version: number | null;
}

export interface TestSupport extends EditSupport {
  readonly gate: Pick<ProvenanceGate, 'document' | 'refuses'>;
  /** Undefined where there is no such file. Asked only for what the gate lets pass. */
  readonly readFile: (uri: string) => Promise<FileText | undefined>;
  readonly parseText: ParseText;
}

const MOST_TOKENS = 2048;
const OVERHEAD = 320;
const ATTEMPTS = 2;

/** Tests of a selection or a definition: at the end of the file that has its tests, or in a new one. @throws as `proposeEdit` */
export async function proposeTests(
  request: EditRequest,
  support: TestSupport,
  signal: AbortSignal,
): Promise<DraftOutcome & { readonly text?: string }> {
  const { document, range } = request;
  const { uri, languageId } = document;
  const text = document.getText();
  const tree = await support.syntax.ready(uri, { signal, deadlineMs: support.parseMs });
  signal.throwIfAborted();
  const { target, refusal } = targetOf(
    text,
    tree?.text === text ? tree : undefined,
    range,
    'tests',
  );
  if (!target) return { refusal };
  const place = await testsPlace(uri, languageId, support);
  if ('refusal' in place) return place;
  const cuts = await cutAtGate(support.gate, uri, text, target);
  if ('refusal' in cuts) return cuts;
  const prepared = await promptOf(cuts, place, request, support);
  if ('refusal' in prepared) return prepared;
  return draftOf(target, place, endOfLineOf(text), prepared, request, support, signal);
}

interface TestsPlace {
  readonly file: string;
  readonly tests: string;
  readonly uri: string;
  /** Undefined where there is none yet. */
  readonly present: FileText | undefined;
}

async function testsPlace(
  uri: string,
  languageId: string,
  { gate, readFile }: TestSupport,
): Promise<TestsPlace | { readonly refusal: EditRefusal }> {
  const file = fileOf(uri);
  if (file === undefined)
    return refuse('The document is no file yet, so its tests have no place.', 'Save it first.');
  const candidates = testFilesOf(file.replaceAll(path.sep, '/'), languageId);
  const [first] = candidates;
  if (first === undefined)
    return refuse(
      'It is not known where tests of this file belong.',
      'Ask for them in the chat, or in a file that is none of tests itself.',
    );
  for (const tests of candidates) {
    const place = pathToFileURL(tests).href;
    const refused = await gate.refuses(place, 'context');
    const present = refused ? undefined : await readFile(place);
    if (present) return { file, tests, uri: place, present };
  }
  const fresh = pathToFileURL(first).href;
  const refused = await gate.refuses(fresh, 'document');
  if (refused) return refuse(refused.message, refused.remedy);
  return { file, tests: first, uri: fresh, present: undefined };
}

interface TestsPrompt {
  readonly messages: Parameters<typeof retryMessages>[0];
  readonly begin: string;
  readonly maxTokens: number;
  readonly code: string;
}

async function promptOf(
  cuts: { readonly before: string; readonly part: string; readonly after: string },
  { file, tests, present }: TestsPlace,
  { document }: EditRequest,
  { engine, gate, readFile }: TestSupport,
): Promise<TestsPrompt | { readonly refusal: EditRefusal }> {
  const { languageId } = document;
  const code = normalizeNewlines(cuts.part);
  const maxTokens = answerRoom(engine, MOST_TOKENS);
  const countTokens = (each: string) => engine.countTokens(each);
  const room =
    engine.info.contextLength - 2 * maxTokens - OVERHEAD - thinkingRoom(engine) - countTokens(code);
  if (room < 0)
    return refuse(
      `The code has ${countTokens(code)} tokens: with its tests it does not fit into the model's context of ${engine.info.contextLength}.`,
      'Select less code, or raise lacuna.chatContextLength.',
    );
  // A model that sees how the tests look that are there writes others like them.
  const there = present ? normalizeNewlines(redactText(present.text).text) : '';
  const sample = nearbyLines({ before: '', after: there }, Math.floor(room / 2), countTokens).after;
  const around = nearbyLines(cuts, room - countTokens(sample), countTokens);
  const framework = await testFramework(file, languageId, async (uri) =>
    (await gate.refuses(uri, 'context')) ? undefined : (await readFile(uri))?.text,
  );
  const fence = fenceFor(around.before, code, around.after, sample);
  const block = (each: string) => `${fence}${languageId}\n${each}\n${fence}`;
  const folder = path.dirname(file);
  const from = path.relative(path.dirname(tests), file).replaceAll(path.sep, '/');
  const sections = [
    `File: ${path.basename(file)}`,
    ...[around.before, around.after].filter((each) => each.trim() !== '').map(block),
    `The code to be tested:\n${block(code)}`,
    ...(sample === ''
      ? []
      : [`The file of its tests, ${path.basename(tests)}, so far:\n${block(sample)}`]),
    `Task: ${editTasks.tests.task}${framework ? ` Use ${framework}.` : ''}`,
    present
      ? `Answer with what is to be added at the end of ${path.basename(tests)}, in one code block.`
      : `Answer with the whole new file ${path.relative(folder, tests).replaceAll(path.sep, '/')}, in one code block. Seen from there the code is in ${from}.`,
  ];
  const system =
    'You write unit tests. Answer with one code block, and with nothing else. Test what the code promises, with the tools that the project uses.';
  return {
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: sections.join('\n\n') },
    ],
    begin: `${fence}${languageId}\n`,
    ...{ maxTokens, code },
  };
}

async function draftOf(
  { names }: Target,
  { uri, present }: TestsPlace,
  eol: '\n' | '\r\n' | '\r',
  prompt: TestsPrompt,
  { document }: EditRequest,
  { engine, parseText, onProgress }: TestSupport,
  signal: AbortSignal,
): Promise<DraftOutcome & { readonly text?: string }> {
  const base = present?.text ?? '';
  const usage: Usage = { generated: 0, decodeMs: 0 };
  let { messages } = prompt;
  let fault = '';
  for (let attempts = 1; attempts <= ATTEMPTS; attempts++) {
    const answer = await askForCode(
      engine,
      messages,
      prompt,
      usage,
      signal,
      onProgress &&
        ((code) => {
          const edit = appended(base, code, eol);
          onProgress(edit, edit.newText);
        }),
    );
    if ('refusal' in answer) return answer;
    fault = 'it has no code block.';
    if (answer.code !== undefined && answer.code.trim() !== '') {
      const edit = appended(base, answer.code, eol);
      const whole = base.slice(0, edit.start) + edit.newText;
      const found = await faultsOf(parseText, document.languageId, base, whole);
      if (found.fault === undefined)
        return {
          draft: {
            ...{ title: `${editTasks.tests.title} ${names[0] ?? 'the selected code'}`, uri },
            ...{ version: present ? present.version : null, creates: !present },
            ...edit,
            ...{ model: engine.info.model, attempts, parsed: found.parsed },
            usage: { generated: usage.generated, tokensPerSecond: speedOf(usage) },
          },
          text: base,
        };
      fault = found.fault;
    }
    messages = retryMessages(messages, answer.text, fault);
  }
  return refuse(
    `What the model wrote cannot be used: ${fault}`,
    'Ask again, select less code, or choose a larger model.',
  );
}

/** Code behind all that a file holds, a blank line between. */
export function appended(
  base: string,
  code: string,
  eol: '\n' | '\r\n' | '\r',
): TextRange & { readonly oldText: string; readonly newText: string } {
  const text = normalizeNewlines(code).replace(/^\s*\n|\s+$/g, '');
  if (base === '')
    return { start: 0, end: 0, oldText: '', newText: withOldLines('', `${text}\n`, eol) };
  const end = base.length;
  const ended = /[\r\n]$/.test(base);
  const target: Target = { start: end, end, names: [], blank: ended };
  const { start, oldText, newText } = lineEdit(base, target, `${ended ? '\n' : '\n\n'}${text}`);
  return { start, end, oldText, newText };
}

function speedOf({ generated, decodeMs }: Usage): number {
  return decodeMs > 0 ? (1000 * generated) / decodeMs : 0;
}
