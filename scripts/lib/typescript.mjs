import { existsSync, rmSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { step } from './report.mjs';
import { runNode } from './run.mjs';
import { dropStamp, filesUnder, hashFiles, readStamp, writeStamp } from './stamp.mjs';

const stampFile = inRoot('dist/.typescript-stamp.json');
const folders = ['client', 'server', 'protocol', 'test'];
/** What runs in Node is compiled; what runs in a browser is checked here and bundled elsewhere. */
const projects = ['tsconfig.json', 'client/chat/page/tsconfig.json'];

/**
 * Compiled files whose source is gone: tsc leaves them, and mocha would still run them.
 *
 * @param {readonly string[]} compiled paths under dist/, `server/x.js`
 * @param {ReadonlySet<string>} sources TypeScript paths, `server/x.ts`
 */
export function orphans(compiled, sources) {
  return compiled.filter((file) => {
    const source = file.replace(/\.(js|cjs|mjs)(\.map)?$/, '');
    return /\.js(\.map)?$/.test(file) && !sources.has(`${source}.ts`);
  });
}

/** Compiles TypeScript to dist/ where a source, the configuration or the lockfile changed. */
export async function buildTypeScript() {
  const sources = filesUnder(folders, (file) => file.endsWith('.ts'));
  const hash = hashFiles([...sources, ...projects, 'package-lock.json']);
  if (readStamp(stampFile)?.hash === hash && existsSync(inRoot('dist/server'))) return;

  await step('Compiling TypeScript', async () => {
    dropStamp(stampFile);
    for (const project of projects)
      await runNode(inRoot('node_modules/typescript/bin/tsc'), [
        '-p',
        project,
        '--pretty',
        'false',
      ]);
    const compiled = filesUnder(folders, undefined, inRoot('dist'));
    for (const file of orphans(compiled, new Set(sources))) rmSync(inRoot('dist', file));
    writeStamp(stampFile, { hash });
  });
}
