import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EditKind } from '../../../protocol/index.js';
import { GrammarStore, grammarFolders } from '../../context/syntax/grammar-store.js';
import { grammarNameOf } from '../../context/syntax/languages.js';
import { parseText } from '../../context/syntax/parse-text.js';
import { openParsed, UNHURRIED_MS } from '../../context/syntax/parsed-document.js';
import { SyntaxService } from '../../context/syntax/syntax-service.js';
import { type Engine } from '../../engine/contract.js';
import type { DeviceSetting } from '../../engine/device/choose-device.js';
import { ProvenanceGate } from '../../provenance/gate.js';
import { repositoryRoot } from '../../provenance/repository-root.js';
import type { EditDraft } from '../../refactor/draft.js';
import { patchLines } from '../../refactor/patch.js';
import type { DraftOutcome, EditRequest } from '../../refactor/edit-request.js';
import { proposeEdit } from '../../refactor/propose-edit.js';
import { proposeTests } from '../../refactor/propose-tests.js';
import { CliError, exitCode } from '../cli-error.js';
import { rangeIn, type FileRange } from '../file-range.js';
import { interruptible } from '../interrupt.js';
import { loadChatModel } from '../load-chat-model.js';
import { openDocument } from '../read-file.js';
import { bold, cyan, dim, green, red, type Output } from '../terminal.js';

export interface EditOptions {
  readonly model?: string;
  readonly device: DeviceSetting;
  readonly kind: EditKind;
  readonly problem?: string;
  readonly contextLength: number;
  readonly apply?: true;
  readonly json?: true;
}

/** `lacuna edit`: has a model that answers rewrite a part of a file, and prints the diff. */
export async function edit(
  place: FileRange,
  words: readonly string[],
  options: EditOptions,
  packageRoot: string,
): Promise<number> {
  const request = requestOf(place, words.join(' ').trim(), options);
  const engine = await loadChatModel(options, packageRoot);
  try {
    return await editWith(engine, request, options, packageRoot);
  } finally {
    await engine.close();
  }
}

/** @throws CliError where something is missing, or a place is outside the file */
export function requestOf(
  place: FileRange,
  instruction: string,
  { kind, problem }: Pick<EditOptions, 'kind' | 'problem'>,
): FileEditRequest {
  const document = openDocument(place.file);
  const range = rangeIn(document, place);
  if (kind === 'rewrite' && instruction === '')
    throw new CliError('there is no instruction', 'Say what to change behind the place.');
  if (kind === 'fix' && !problem)
    throw new CliError('it is not said what to fix', 'Give the compiler’s words by --problem.');
  return {
    ...{ document, range, kind, file: place.file },
    ...(instruction !== '' && { instruction }),
    ...(problem !== undefined && { diagnostic: problem }),
  };
}

export interface FileEditRequest extends EditRequest {
  readonly file: string;
}

/** Asks the engine, prints the diff or why there is none, and writes the file where that is asked for. */
export async function editWith(
  engine: Engine,
  request: FileEditRequest,
  options: Pick<EditOptions, 'apply' | 'json'>,
  packageRoot: string,
): Promise<number> {
  const root = await repositoryRoot(path.dirname(path.resolve(request.file)));
  const gate = new ProvenanceGate(() => ({ folders: [root], trusted: true }));
  const grammars = new GrammarStore(grammarFolders(packageRoot));
  const syntax = new SyntaxService(grammars);
  await openParsed(syntax, request.document);
  const support = {
    ...{ engine, gate, syntax, parseMs: UNHURRIED_MS },
    path: path.relative(root, path.resolve(request.file)).replaceAll(path.sep, '/'),
    onProgress: progressLine(process.stderr),
    readFile: (uri: string) => Promise.resolve(textOf(fileURLToPath(uri))),
    parseText: async (languageId: string, text: string) => {
      const name = grammarNameOf(languageId);
      return name && parseText(await grammars.load(name), text, UNHURRIED_MS);
    },
  };
  try {
    const outcome = await interruptible<DraftOutcome>((signal) =>
      (request.kind === 'tests' ? proposeTests : proposeEdit)(request, support, signal),
    );
    clearLine(process.stderr);
    return report(outcome, options);
  } catch (error) {
    clearLine(process.stderr);
    if (error instanceof DOMException && error.name === 'AbortError') return exitCode.interrupted;
    throw error;
  } finally {
    syntax.dispose();
  }
}

function report(
  { draft, refusal }: DraftOutcome,
  { json, apply }: Pick<EditOptions, 'apply' | 'json'>,
): number {
  if (!draft) {
    if (!json) throw new CliError(refusal.message.replace(/\.$/, ''), refusal.remedy);
    process.stdout.write(`${JSON.stringify({ refusal })}\n`);
    return exitCode.failed;
  }
  const file = path.relative(process.cwd(), fileURLToPath(draft.uri)) || draft.uri;
  const before = draft.creates ? '' : (textOf(file)?.text ?? '');
  const after = before.slice(0, draft.start) + draft.newText + before.slice(draft.end);
  const stale = before.slice(draft.start, draft.end) !== draft.oldText;
  if (stale || (draft.creates && textOf(file)))
    throw new CliError(`${file} was changed meanwhile`, 'Ask again for the file as it is now.');
  if (json)
    process.stdout.write(`${JSON.stringify({ file, applied: apply === true, ...draft })}\n`);
  else print(draft, file, before, after);
  if (apply) write(file, after);
  return exitCode.ok;
}

function print(draft: EditDraft, file: string, before: string, after: string): void {
  const out = process.stdout;
  for (const { kind, text } of patchLines(file.replaceAll(path.sep, '/'), before, after))
    out.write(`${colours[kind](text, out)}\n`);
  const { title, usage, attempts, parsed, model } = draft;
  const facts = [
    title,
    ...(usage ? [`${usage.generated} tokens`, `${usage.tokensPerSecond.toFixed(1)} tokens/s`] : []),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(parsed ? [] : ['not parsed: there is no grammar for the language']),
    model,
  ];
  process.stderr.write(`${dim(facts.join(' · '), process.stderr)}\n`);
}

const plain = (text: string): string => text;
const colours = {
  file: bold,
  place: cyan,
  added: green,
  removed: red,
  same: plain,
  note: dim,
} as const;

/** Keeps a byte order mark, which documents do not have. */
function write(file: string, text: string): void {
  const marked = textOf(file) !== undefined && readFileSync(file).subarray(0, 3).equals(bom);
  try {
    writeFileSync(file, (marked ? '\uFEFF' : '') + text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`${file} cannot be written: ${why}`, 'Change its permissions.', {
      cause: error,
    });
  }
}

const bom = Buffer.from([0xef, 0xbb, 0xbf]);

/** Undefined where there is no such file, or none that can be read as a text. */
function textOf(file: string): { readonly text: string; readonly version: null } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    return { text, version: null };
  } catch {
    return undefined;
  }
}

type Progress = (range: unknown, text: string) => void;

/** Says on a terminal how far the model has come. */
function progressLine(stream: Output & Pick<NodeJS.WriteStream, 'write'>): Progress {
  return (_, text) => {
    if (stream.isTTY)
      stream.write(`\r\u001b[K${dim(`Writing … ${text.split('\n').length} lines`, stream)}`);
  };
}

function clearLine(stream: Output & Pick<NodeJS.WriteStream, 'write'>): void {
  if (stream.isTTY) stream.write('\r\u001b[K');
}
