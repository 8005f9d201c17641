import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { IgnoreRules, type ReadText } from './ignore-rules.js';
import { fileOf, isInside, pathOf, realPath } from './place.js';
import { redactHole, redactText, type HoleText, type KnownLines } from './redact.js';
import { refusal, type Refusal, type RefusalReason } from './refusal.js';
import { isSecretFile } from './secret-files.js';
import { repositoryRoot } from './repository-root.js';

/**
 * What a text is for: `document` is the one somebody writes in, which they chose to complete; `context` is any other, which
 * nobody chose.
 */
export type Use = 'document' | 'context';

export interface Workspace {
  /** Absolute paths. Without any, nothing but the document itself enters a prompt. */
  readonly folders: readonly string[];
  readonly trusted: boolean;
}

/** Text that may enter a prompt. */
export interface Passed<T> {
  readonly content: T;
  /** URI it came from. */
  readonly source: string;
  /** Secrets that were replaced; 0 where the content is the text as it was. */
  readonly redactions: number;
}

/** What the gate answers: the text, or why not. */
export type Passage<T> =
  | { readonly passed: Passed<T>; readonly refusal?: never }
  | { readonly passed?: never; readonly refusal: Refusal };

interface Verdict {
  /** When it was found, as `performance.now()` tells. */
  readonly at: number;
  readonly refusal: Refusal | undefined;
}

/** Most documents whose lines are known, and most verdicts. */
const KNOWN_DOCUMENTS = 8;
const VERDICTS = 256;
/** How long a verdict holds before links and ignore files are looked at again, milliseconds. */
const FRESH_MS = 1000;

/**
 * Where every text passes that enters a prompt. Files are refused by their name, by ignore files, by where they are and by
 * whether their workspace is trusted; what passes has its secrets replaced. No setting switches it off.
 */
export class ProvenanceGate {
  private readonly known = new Map<string, KnownLines>();
  private readonly verdicts = new Map<string, Verdict>();
  private readonly rules = new Map<string, readonly [IgnoreRules, IgnoreRules]>();
  private readonly realFolders = new Map<string, Promise<string>>();

  /** `workspace` is asked each time. */
  constructor(
    private readonly workspace: () => Workspace,
    private readonly read: ReadText = readIfThere,
  ) {}

  /** The document that somebody writes in, cut at the cursor. */
  async document(source: string, text: HoleText): Promise<Passage<HoleText>> {
    const refused = await this.refuses(source, 'document');
    if (refused) return { refusal: refused };
    const { hole, known } = redactHole(text, this.known.get(source));
    keepLatest(this.known, source, known, KNOWN_DOCUMENTS);
    if (hole.insideSecret) return { refusal: refusal('inside-secret', source) };
    const { prefix, suffix, redactions } = hole;
    return { passed: { content: { prefix, suffix }, source, redactions } };
  }

  /** A stretch of any other file. Whole lines, or a secret at its ends may be missed. */
  async snippet(source: string, text: string): Promise<Passage<string>> {
    const refused = await this.refuses(source, 'context');
    if (refused) return { refusal: refused };
    const { text: content, redactions } = redactText(text);
    return { passed: { content, source, redactions } };
  }

  /** Why a file is kept out, before anything of it is read; `undefined` where it is not. Never rejects. */
  async refuses(source: string, use: Use): Promise<Refusal | undefined> {
    const { folders, trusted } = this.workspace();
    const question = JSON.stringify([use, source, trusted, folders]);
    const known = this.verdicts.get(question);
    if (known && performance.now() - known.at < FRESH_MS) return known.refusal;
    const reason = await this.reason(source, use, { folders, trusted });
    const refused = reason && refusal(reason, source);
    keepLatest(this.verdicts, question, { at: performance.now(), refusal: refused }, VERDICTS);
    return refused;
  }

  /**
   * Whether every file below a folder is refused as context, so that nobody need look into it: `false` says nothing, and
   * each file is asked for by `refuses`. For who walks down from a folder of the workspace and follows no links.
   */
  async refusesFolder(folder: string): Promise<boolean> {
    const { folders, trusted } = this.workspace();
    if (!trusted || isSecretFile(`${pathOf(slashed(folder))}/a`)) return true;
    const around = folders.find((each) => isInside(folder, each));
    if (around === undefined) return false;
    const rules = await this.rulesOf(around);
    for (const each of rules) if (await each.ignoresFolder(folder)) return true;
    return false;
  }

  private async reason(
    source: string,
    use: Use,
    { folders, trusted }: Workspace,
  ): Promise<RefusalReason | undefined> {
    if (isSecretFile(pathOf(source))) return 'secret-file';
    if (use === 'context' && !trusted) return 'untrusted';
    const file = fileOf(source);
    if (file === undefined) return use === 'context' ? 'outside' : undefined;
    const real = await realPath(file);
    if (isSecretFile(pathOf(slashed(real)))) return 'secret-file';
    const realFolders = await Promise.all(folders.map((folder) => this.realFolder(folder)));
    if (use === 'context' && !realFolders.some((folder) => isInside(real, folder)))
      return 'outside';
    // A link may be named in one place, and what it points to in another.
    for (const [place, inFolders] of [
      [real, realFolders],
      [file, folders],
    ] as const) {
      const folder = inFolders.find((each) => isInside(place, each));
      if (folder === undefined) continue;
      const [git, lacuna] = await this.rulesOf(folder);
      if (await lacuna.ignores(place)) return 'lacunaignore';
      if (use === 'context' && (await git.ignores(place))) return 'gitignore';
    }
    return undefined;
  }

  private async rulesOf(folder: string): Promise<readonly [IgnoreRules, IgnoreRules]> {
    const known = this.rules.get(folder);
    if (known) return known;
    const root = await repositoryRoot(folder);
    const exclude = path.join('.git', 'info', 'exclude');
    const rules = [
      new IgnoreRules(root, [exclude, '.gitignore'], this.read),
      new IgnoreRules(root, ['.lacunaignore'], this.read),
    ] as const;
    this.rules.set(folder, rules);
    return rules;
  }

  private realFolder(folder: string): Promise<string> {
    const known = this.realFolders.get(folder) ?? realPath(folder);
    this.realFolders.set(folder, known);
    return known;
  }
}

/** Puts a value last in a map of at most `most`, and drops what was put there first. */
function keepLatest<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}

/** Largest ignore file, bytes; of a larger one nobody knows what it hides. */
const LARGEST = 1 << 20;

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > LARGEST) throw new Error(`${file} has more than ${LARGEST} bytes`);
    return bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}

function slashed(file: string): string {
  return path.sep === '/' ? file : file.replaceAll(path.sep, '/');
}
