import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleChatPage, bundleClient } from './bundle.mjs';
import { inRoot } from './paths.mjs';
import { bundleProgram, copyPrebuilds, platform } from './program.mjs';
import { Problem } from './report.mjs';
import { runNode } from './run.mjs';

const megabyte = 1e6;
/** Registries refuse larger files, and nobody waits for them. */
const largest = 100 * megabyte;

/** What ships as it stands in the repository; the bundles join it. `.vscodeignore` is the last word. */
const copied = [
  ...['README.md', 'LICENSE', 'CHANGELOG.md', '.vscodeignore'],
  ...['package.nls.json', 'package.nls.de.json', 'l10n', 'client/walkthrough'],
  ...['bin', 'model', 'docs/images', 'grammars', 'dist/grammars'],
];

/** package.json without what is for clones and for npm: vsce takes `files` and `.vscodeignore` for a contradiction. */
function extensionManifest() {
  const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  for (const key of ['files', 'scripts', 'devDependencies', 'overrides']) delete manifest[key];
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/**
 * Packs the extension for this machine's platform: client and server bundled, addon and embedded model beside
 * them at the same paths as in the repository. Everything must be built before.
 *
 * @param {string} file where the VSIX goes
 * @returns {Promise<number>} its size in bytes
 */
export async function packVsix(file) {
  const stage = inRoot('dist/vsix');
  rmSync(stage, { recursive: true, force: true });
  for (const name of copied) cpSync(inRoot(name), path.join(stage, name), { recursive: true });
  writeFileSync(path.join(stage, 'package.json'), extensionManifest());
  await bundleClient(path.join(stage, 'dist/client/main.cjs'), { minify: true });
  await bundleChatPage(path.join(stage, 'dist/chat'));
  await bundleProgram(path.join(stage, 'dist/server'));
  copyPrebuilds(path.join(stage, 'prebuilds'), [platform]);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  await runNode(
    inRoot('node_modules/@vscode/vsce/vsce'),
    [
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--target',
      platform,
      '--out',
      file,
    ],
    { cwd: stage },
  );
  const { size } = statSync(file);
  if (size > largest)
    throw new Problem(
      `${file} has ${(size / megabyte).toFixed(0)} MB, more than the ${largest / megabyte} MB that may ship`,
    );
  return size;
}
