import { closeSync, writeFileSync } from 'node:fs';
import { buildDataset, type BuildOptions } from '../../eval/cut/build-dataset.js';
import { sourceFiles } from '../../eval/cut/source-files.js';
import { CliError, exitCode } from '../cli-error.js';
import { languageIdOf } from '../language-id.js';
import { openOutput } from '../output-file.js';
import { dim } from '../terminal.js';

export interface EvalBuildOptions extends BuildOptions {
  readonly out: string;
  /** Without it, every language that is code. */
  readonly languages?: readonly string[];
}

/** Languages in which a hole says little about completing code. */
const prose = new Set(['plaintext', 'markdown', 'json', 'yaml', 'html', 'css']);

/** `lacuna eval build`: cuts holes into the files of a tree and writes them as JSONL. */
export function evalBuild(tree: string, { out, languages, ...options }: EvalBuildOptions): number {
  const files = sourceFiles(tree, (file) => {
    const language = languageIdOf(file);
    const wanted = languages ? languages.includes(language) : !prose.has(language);
    return wanted ? language : undefined;
  });
  const holes = buildDataset(files, options);
  if (holes.length === 0) {
    throw new CliError(
      `no hole could be cut in ${tree}: ${files.length} of its files are source code of these languages`,
      'Name another tree, or other --kinds or --languages.',
    );
  }
  const descriptor = openOutput(out);
  writeFileSync(descriptor, holes.map((hole) => `${JSON.stringify(hole)}\n`).join(''));
  closeSync(descriptor);
  const { stderr } = process;
  stderr.write(dim(`${holes.length} holes of ${files.length} files: ${out}\n`, stderr));
  return exitCode.ok;
}
