import { copyFileSync, existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';
import { step } from './report.mjs';
import { filesUnder, hashFiles, readStamp, writeStamp } from './stamp.mjs';

const stampFile = inRoot('dist/.bundle-stamp.json');

/** What both bundles have in common: Node code, readable when something goes wrong in the field. */
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  absWorkingDir: inRoot(),
};

/** esbuild comes with `npm ci`, so it is loaded only when it is needed. */
async function esbuild() {
  return import('esbuild');
}

/**
 * The VS Code client as one file. CommonJS, because the extension host calls `require` on it.
 *
 * @param {string} outfile
 */
export async function bundleClient(outfile, options = {}) {
  const { build } = await esbuild();
  await build({
    ...common,
    entryPoints: ['client/main.ts'],
    outfile,
    format: 'cjs',
    external: ['vscode'],
    ...options,
  });
}

/**
 * The server and the command line as one file, for the VSIX, where there is no node_modules. An ES module like
 * the compiled tree; packages written for CommonJS ask for `require`, so it is made.
 *
 * @param {string} outfile
 */
export async function bundleServer(outfile, options = {}) {
  await bundleModule('server/cli/main.ts', outfile, options);
}

/**
 * The thread that indexes a workspace as one file: the server starts it by its path.
 *
 * @param {string} outfile
 */
export async function bundleIndexWorker(outfile, options = {}) {
  await bundleModule('server/context/index/worker/main.ts', outfile, options);
}

/**
 * The chat's page: script, style and the HTML that they belong to, which its hosts fill in.
 *
 * @param {string} folder gets `page.js`, `page.css` and `index.html`
 */
export async function bundleChatPage(folder, options = {}) {
  const { build } = await esbuild();
  await build({
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    logLevel: 'warning',
    charset: 'utf8',
    absWorkingDir: inRoot(),
    entryPoints: {
      page: 'client/chat/page/main.ts',
      'page-style': 'client/chat/page/style/page.css',
    },
    outdir: folder,
    minify: true,
    ...options,
  });
  renameSync(path.join(folder, 'page-style.css'), path.join(folder, 'page.css'));
  copyFileSync(inRoot('client/chat/page/index.html'), path.join(folder, 'index.html'));
}

/**
 * A program of the server's kind as one file.
 *
 * @param {string} entry relative to the repository
 * @param {string} outfile
 */
export async function bundleModule(entry, outfile, options = {}) {
  const { build } = await esbuild();
  await build({
    ...common,
    entryPoints: [entry],
    outfile,
    format: 'esm',
    banner: {
      js: "import { createRequire as lacunaCreateRequire } from 'node:module'; const require = lacunaCreateRequire(import.meta.url);",
    },
    ...options,
  });
}

/** Bundles the client for a VS Code that runs this folder as an extension, and the chat's page, where a source changed. */
export async function buildClient() {
  const outfile = inRoot('dist/client/main.cjs');
  const page = inRoot('dist/chat');
  const sources = filesUnder(['client', 'l10n', 'protocol', 'package-lock.json'], (file) =>
    /\.(ts|json|css|html)$/.test(file),
  );
  const hash = hashFiles(sources);
  const built = existsSync(outfile) && existsSync(path.join(page, 'index.html'));
  if (built && readStamp(stampFile)?.hash === hash) return;
  await step('Bundling the VS Code client and the chat page', async () => {
    await bundleClient(outfile, { sourcemap: true });
    await bundleChatPage(page);
    writeStamp(stampFile, { hash });
  });
}
