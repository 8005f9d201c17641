import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Globals by name: a list this short needs no package. */
const readonly = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']));
const nodeGlobals = readonly(
  'process',
  'console',
  'URL',
  'setTimeout',
  'clearTimeout',
  'performance',
);
const mochaGlobals = readonly('describe', 'it', 'before', 'after', 'beforeEach', 'afterEach');

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'node_modules/', '.cache/', 'test/grammars/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers in messages are meant to be read as they are.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    // mocha and node:assert return promises and voids that the strict rules would forbid.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: nodeGlobals } },
  { files: ['test/**/*.mjs'], languageOptions: { globals: mochaGlobals } },
);
