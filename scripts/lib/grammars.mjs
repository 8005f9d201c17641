import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';
import { step } from './report.mjs';
import { hashFiles, readStamp, writeStamp } from './stamp.mjs';

const folder = 'dist/grammars';
const stampFile = inRoot('dist/.grammars-stamp.json');
const vscode = 'node_modules/@vscode/tree-sitter-wasm';

/** What a grammar's folder under grammars/ is called where its wasm has another name. */
const otherNames = { csharp: 'c-sharp' };
const fromVscode = [
  ...['typescript', 'tsx', 'javascript', 'python', 'go', 'rust', 'java', 'cpp', 'csharp', 'ruby'],
  ...['php', 'bash'],
];

/** Files of dist/grammars and where each comes from, relative to the root. */
export const grammarFiles = {
  'web-tree-sitter.wasm': 'node_modules/web-tree-sitter/web-tree-sitter.wasm',
  'web-tree-sitter.LICENSE': 'node_modules/web-tree-sitter/LICENSE',
  ...Object.fromEntries(
    fromVscode.map((name) => [
      `${name}.wasm`,
      `${vscode}/wasm/tree-sitter-${otherNames[name] ?? name}.wasm`,
    ]),
  ),
  'vscode-tree-sitter-wasm.LICENSE': `${vscode}/LICENSE`,
  'c.wasm': 'node_modules/tree-sitter-c/tree-sitter-c.wasm',
  'c.LICENSE': 'node_modules/tree-sitter-c/LICENSE',
};

/** Copies the wasm grammars and their licences out of node_modules, where the lockfile changed. */
export async function buildGrammars() {
  const hash = hashFiles(['package-lock.json', 'scripts/lib/grammars.mjs']);
  const complete = Object.keys(grammarFiles).every((name) => existsSync(inRoot(folder, name)));
  if (complete && readStamp(stampFile)?.hash === hash) return;
  await step('Copying grammars', () => {
    mkdirSync(inRoot(folder), { recursive: true });
    for (const [name, from] of Object.entries(grammarFiles))
      copyFileSync(inRoot(from), path.join(inRoot(folder), name));
    writeStamp(stampFile, { hash });
  });
}
