// npm run test:editors [-- mocha options]: packs the extension and tries it in real editors. Not part of `npm test`:
// the first run downloads a whole VS Code workbench.
import { findChromium, installWorkbench, workbench } from '../test/editors/workbench/install.mjs';
import { inRoot } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { runMain, step } from './lib/report.mjs';
import { runNode } from './lib/run.mjs';
import { packVsix } from './lib/vsix.mjs';

await runMain(async () => {
  await prepare();
  await installWorkbench();
  const vsix = inRoot('dist/lacuna.vsix');
  await step('Packing the extension', () => packVsix(vsix));
  await runNode(
    inRoot('node_modules/mocha/bin/mocha.js'),
    [
      ...['--reporter', 'spec', '--timeout', '60000', '--forbid-only'],
      ...process.argv.slice(2),
      'dist/test/editors/**/*.test.js',
    ],
    {
      show: true,
      env: { LACUNA_WORKBENCH: JSON.stringify({ ...workbench, chromium: findChromium(), vsix }) },
    },
  );
});
