import { normalizeNewlines } from './newline.js';

/** What begins a comment that reaches to the end of its line, by the language identifiers of editors. */
const byMarker: Readonly<Record<string, readonly string[]>> = {
  '//': [
    ...['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'go', 'rust', 'java'],
    ...['c', 'cpp', 'csharp', 'php', 'cuda-cpp', 'objective-c', 'objective-cpp', 'swift', 'kotlin'],
    ...['scala', 'dart', 'zig', 'groovy', 'fsharp', 'scss', 'less', 'jsonc', 'proto', 'vue'],
  ],
  '#': [
    ...['python', 'ruby', 'shellscript', 'bash', 'perl', 'perl6', 'r', 'yaml', 'toml', 'julia'],
    ...['elixir', 'makefile', 'cmake', 'dockerfile', 'powershell', 'nix', 'coffeescript', 'tcl'],
  ],
  '--': ['lua', 'sql', 'haskell', 'ada', 'elm', 'vhdl'],
  ';': ['clojure', 'lisp', 'scheme', 'asm', 'ini'],
  '%': ['latex', 'tex', 'erlang', 'matlab', 'prolog'],
  '"': ['viml', 'vim'],
};

const markers: ReadonlyMap<string, string> = new Map(
  Object.entries(byMarker).flatMap(([marker, languages]) =>
    languages.map((language): [string, string] => [language, marker]),
  ),
);

/** What begins a line's comment in a language; `undefined` where nothing is known to. */
export function commentMarker(languageId: string): string | undefined {
  return markers.get(languageId);
}

/** Every line of `text` as a comment, each with its line end. Blank lines at both ends are dropped. */
export function commented(text: string, marker: string): string {
  const lines = normalizeNewlines(text)
    .replace(/^(?:[ \t]*\n)+|\s+$/g, '')
    .split('\n');
  return lines.map((line) => `${`${marker} ${line}`.trimEnd()}\n`).join('');
}
