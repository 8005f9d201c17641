/** The grammars there are queries for, by the name of their folder under `grammars/`. */
export const GRAMMAR_NAMES = [
  'typescript',
  'tsx',
  'javascript',
  'python',
  'go',
  'rust',
  'java',
  'c',
  'cpp',
  'csharp',
  'ruby',
  'php',
  'bash',
] as const;

export type GrammarName = (typeof GRAMMAR_NAMES)[number];

const byLanguageId: ReadonlyMap<string, GrammarName> = new Map<string, GrammarName>([
  ...GRAMMAR_NAMES.map((name): [string, GrammarName] => [name, name]),
  ['typescriptreact', 'tsx'],
  ['javascriptreact', 'javascript'],
  ['shellscript', 'bash'],
  // Eglot gives the names of modes, Neovim those of file types.
  ['js', 'javascript'],
  ['c++', 'cpp'],
  ['cs', 'csharp'],
  ['sh', 'bash'],
]);

/** The grammar of an editor's language identifier; undefined where there is none. */
export function grammarNameOf(languageId: string): GrammarName | undefined {
  return byLanguageId.get(languageId);
}

/** Languages whose blocks are held together by indentation and have no closing token. */
export function blocksByIndentation(name: GrammarName): boolean {
  return name === 'python';
}
