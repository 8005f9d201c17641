// npm test [-- mocha options]: installs, builds, lints, runs every test, those in real editors included. The last line
// counts them.
import { existsSync } from 'node:fs';
import { tryPrepareEditors } from './lib/editors.mjs';
import { inRoot } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { Problem, dim, runMain, step } from './lib/report.mjs';
import { CommandError, runNode, runNpm } from './lib/run.mjs';

const mochaArguments = process.argv.slice(2);
const tests = ['dist/test/**/*.test.js', 'test/unit/scripts/**/*.test.mjs'];
/** Tests that need real editors, which take a while to install and to run: a focused run leaves them out. */
const inEditors = 'dist/test/editors/**';
const focused = mochaArguments.length > 0;

await runMain(async () => {
  await prepare({ testing: true });
  // A focused run is asked for again and again while one thing is being mended.
  if (focused) console.log(dim('Lint and editors are left out of a run with mocha options.'));
  else await step('Linting', () => runNpm(['run', '--silent', 'lint']));
  if (!existsSync(inRoot('dist/test')))
    throw new Problem('There is no compiled test in dist/test.');
  const env = focused ? {} : await tryPrepareEditors();
  try {
    await runNode(
      inRoot('node_modules/mocha/bin/mocha.js'),
      [
        ...['--reporter', inRoot('scripts/lib/mocha-reporter.mjs')],
        ...['--timeout', '20000', '--forbid-only'],
        ...(focused ? ['--ignore', inEditors] : []),
        ...mochaArguments,
        ...tests,
      ],
      { show: true, env, timeoutMs: 60 * 60_000 },
    );
  } catch (error) {
    // mocha has said what failed, and its count is the last line; only a run without a count needs a word.
    if (!(error instanceof CommandError) || !/exited with code \d+$/.test(error.message))
      throw error;
    process.exitCode = 1;
  }
});
