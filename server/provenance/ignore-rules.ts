import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { boundedRule, rebasedRule } from './ignore-lines.js';

/** The text of a file, `undefined` where there is none. Rejects where there is one that cannot be read. */
export type ReadText = (file: string) => Promise<string | undefined>;

/** How long the rules of a folder are taken for current, milliseconds. */
const FRESH_MS = 2000;

interface Folder {
  readonly parent: Folder | undefined;
  readonly text: string;
  readonly lines: readonly string[];
  readonly matcher: Ignore;
  checked: number;
}

/**
 * The ignore files of one name, `.gitignore` say, in a folder and all folders above it up to a root: nested files, negated
 * patterns and ignored parents work as in git. Files are read when they are needed, and again when they may have changed.
 */
export class IgnoreRules {
  private readonly folders = new Map<string, Folder>();

  /**
   * @param names in each folder, the files to read; a later one prevails. A file that cannot be read ignores all.
   * @param root absolute; what is above has no say.
   */
  constructor(
    private readonly root: string,
    private readonly names: readonly string[],
    private readonly read: ReadText,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether `file`, absolute and below the root, is ignored. */
  async ignores(file: string): Promise<boolean> {
    const { matcher } = await this.folder(path.dirname(file));
    const relative = slashed(path.relative(this.root, file));
    return ignore.isPathValid(relative) && matcher.ignores(relative);
  }

  /** Whether a folder is ignored with all that is in it, whatever that is. */
  async ignoresFolder(folder: string): Promise<boolean> {
    const { matcher } = await this.folder(path.dirname(folder));
    const relative = slashed(path.relative(this.root, folder));
    return ignore.isPathValid(relative) && matcher.ignores(`${relative}/`);
  }

  private async folder(folder: string): Promise<Folder> {
    const isRoot = folder === this.root || path.dirname(folder) === folder;
    const parent = isRoot ? undefined : await this.folder(path.dirname(folder));
    const known = this.folders.get(folder);
    const now = this.now();
    if (known?.parent === parent && known && now - known.checked < FRESH_MS) return known;
    const text = await this.rulesIn(folder);
    if (known?.parent === parent && known?.text === text) {
      known.checked = now;
      return known;
    }
    const base = slashed(path.relative(this.root, folder));
    const own = text.split(/\r?\n/).flatMap((line) => rebasedRule(line, base) ?? []);
    const lines = [...(parent?.lines ?? []), ...own.flatMap((line) => boundedRule(line) ?? [])];
    const unchanged = own.length === 0 ? parent?.matcher : undefined;
    const matcher = unchanged ?? ignore({ ignorecase: foldsCase }).add(lines);
    const fresh: Folder = { parent, text, lines, matcher, checked: now };
    this.folders.set(folder, fresh);
    return fresh;
  }

  private async rulesIn(folder: string): Promise<string> {
    const texts = await Promise.all(
      this.names.map((name) => this.read(path.join(folder, name)).catch(() => '*')),
    );
    return texts.map((text) => text ?? '').join('\n');
  }
}

/** As git does where file systems mostly do. */
const foldsCase = process.platform === 'win32' || process.platform === 'darwin';

function slashed(relative: string): string {
  return path.sep === '/' ? relative : relative.replaceAll(path.sep, '/');
}
