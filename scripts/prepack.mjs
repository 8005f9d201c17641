// npm's `prepack` hook: before `npm pack` makes the tarball, what it ships besides the sources' own files. The program is
// bundled, so that the package depends on no other and installs without a network.
import { inRoot } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { bundleProgram, copyPrebuilds } from './lib/program.mjs';
import { runMain, step } from './lib/report.mjs';

await runMain(async () => {
  await prepare();
  await step('Bundling the program', () => bundleProgram(inRoot('dist/bundle/server')));
  copyPrebuilds(inRoot('prebuilds'));
});
