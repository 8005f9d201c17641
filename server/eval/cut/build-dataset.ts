import { Lcg } from '../../bench/prompts.js';
import { holeKinds, type EvalHole, type HoleKind } from '../hole.js';
import {
  crossFileRest,
  definitionsIn,
  type CrossFileSpan,
  type Definitions,
} from './definitions.js';
import type { SourceFile } from './source-files.js';
import { argumentsIn, blockAt, restOfLine, wholeLine, type Span } from './spans.js';
import { textLines, type Line } from './text-lines.js';

export interface BuildOptions {
  /** Most holes to make. */
  readonly holes: number;
  /** Most holes of one file. */
  readonly perFile: number;
  readonly kinds: readonly HoleKind[];
  readonly seed: string;
}

/** Lines that are tried in a file before it is passed over for this kind of hole. */
const TRIES = 40;

/**
 * Holes in the files: languages and kinds take turns, and so do the files of a language, so that few holes are spread
 * as wide as many. The same files, in any order, and the same options give the same holes.
 */
export function buildDataset(
  files: readonly SourceFile[],
  { holes: wanted, perFile, kinds, seed }: BuildOptions,
): EvalHole[] {
  const definitions = definitionsIn(files);
  const cutters = files
    .map((file) => new Cutter(file, definitions, seed))
    .sort((a, b) => a.rank - b.rank || (a.file.path < b.file.path ? -1 : 1));
  const languages = [...new Set(cutters.map(({ file }) => file.language))].sort();
  const lanes = languages.flatMap((language) =>
    holeKinds
      .filter((kind) => kinds.includes(kind))
      .map((kind) => ({ kind, of: cutters.filter(({ file }) => file.language === language) })),
  );
  // By kind first: with few holes every language has some, and with few languages every kind.
  lanes.sort((a, b) => holeKinds.indexOf(a.kind) - holeKinds.indexOf(b.kind));
  const holes: EvalHole[] = [];
  for (let left = lanes; left.length > 0 && holes.length < wanted;) {
    left = left.filter(({ kind, of }) => {
      if (holes.length >= wanted) return false;
      const hole = nextHole(kind, of, perFile);
      if (hole) holes.push(hole);
      return hole !== undefined;
    });
  }
  return holes.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** From the file that has given least so far, of those that have such a hole. */
function nextHole(
  kind: HoleKind,
  cutters: readonly Cutter[],
  perFile: number,
): EvalHole | undefined {
  const byTurn = [...cutters].sort((a, b) => a.given - b.given);
  for (const cutter of byTurn) {
    const hole = cutter.given < perFile ? cutter.cut(kind) : undefined;
    if (hole) return hole;
  }
  return undefined;
}

/** Cuts holes into one file, which never overlap. */
class Cutter {
  /** Its place in the row of files, by chance. */
  readonly rank: number;
  private readonly random: Lcg;
  private readonly lines: readonly Line[];
  private readonly taken: Span[] = [];

  constructor(
    readonly file: SourceFile,
    private readonly definitions: Definitions,
    seed: string,
  ) {
    this.random = new Lcg(`${seed} ${file.path}`);
    this.rank = this.random.next();
    this.lines = textLines(file.text);
  }

  get given(): number {
    return this.taken.length;
  }

  cut(kind: HoleKind): EvalHole | undefined {
    for (let tries = 0; tries < TRIES; tries++) {
      const span = this.spanAt(kind, this.random.below(this.lines.length));
      const free = span && this.taken.every(({ from, to }) => span.to <= from || to <= span.from);
      if (!free) continue;
      this.taken.push(span);
      return this.holeOf(kind, span);
    }
    return undefined;
  }

  private spanAt(kind: HoleKind, index: number): Span | CrossFileSpan | undefined {
    const { file, lines, random } = this;
    const line = lines[index];
    if (!line) return undefined;
    switch (kind) {
      case 'rest':
        return restOfLine(file.text, line, random);
      case 'line':
        return wholeLine(file.text, line);
      case 'block':
        return blockAt(file.text, lines, index);
      case 'arguments':
        return argumentsIn(file.text, line, random);
      case 'cross-file':
        return crossFileRest(file, line, this.definitions, random);
    }
  }

  private holeOf(kind: HoleKind, span: Span | CrossFileSpan): EvalHole {
    const { path, language, text } = this.file;
    const { from, to, ...symbol } = span;
    const before = text.slice(0, from).split('\n');
    return {
      id: `${path}:${before.length}:${(before.at(-1)?.length ?? 0) + 1} ${kind}`,
      prefix: text.slice(0, from),
      suffix: text.slice(to),
      gold: text.slice(from, to),
      ...{ language, file: path, kind },
      ...symbol,
    };
  }
}
