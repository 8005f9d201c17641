import path from 'node:path';

/** Extensions by the language identifiers that editors give to their files. */
const extensions: Readonly<Record<string, readonly string[]>> = {
  c: ['c', 'h'],
  cpp: ['cc', 'cpp', 'cxx', 'hh', 'hpp'],
  csharp: ['cs'],
  css: ['css'],
  elixir: ['ex', 'exs'],
  go: ['go'],
  html: ['htm', 'html'],
  java: ['java'],
  javascript: ['cjs', 'js', 'mjs'],
  javascriptreact: ['jsx'],
  json: ['json'],
  julia: ['jl'],
  kotlin: ['kt', 'kts'],
  lua: ['lua'],
  markdown: ['md'],
  php: ['php'],
  python: ['py', 'pyi'],
  ruby: ['rb'],
  rust: ['rs'],
  scala: ['scala'],
  shellscript: ['bash', 'sh', 'zsh'],
  swift: ['swift'],
  typescript: ['cts', 'mts', 'ts'],
  typescriptreact: ['tsx'],
  yaml: ['yaml', 'yml'],
};

const byExtension = new Map(
  Object.entries(extensions).flatMap(([id, list]) => list.map((extension) => [extension, id])),
);

/** The language identifier an editor would most likely give to the file. */
export function languageIdOf(file: string): string {
  return byExtension.get(path.extname(file).slice(1).toLowerCase()) ?? 'plaintext';
}
