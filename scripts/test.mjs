// npm test [-- mocha options]: installs, builds, lints, runs every test. The last line counts them.
import { existsSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { Problem, dim, runMain, step } from './lib/report.mjs';
import { CommandError, runNode, runNpm } from './lib/run.mjs';

const mochaArguments = process.argv.slice(2);
const tests = ['dist/test/**/*.test.js', 'test/unit/scripts/**/*.test.mjs'];
/** Tests that need a real editor: `npm run test:editors`. */
const elsewhere = ['dist/test/editors/**'];

await runMain(async () => {
  await prepare({ testing: true });
  // A focused run is asked for again and again while one thing is being mended.
  if (mochaArguments.length > 0) console.log(dim('Lint is left out of a run with mocha options.'));
  else await step('Linting', () => runNpm(['run', '--silent', 'lint']));
  if (!existsSync(inRoot('dist/test')))
    throw new Problem('There is no compiled test in dist/test.');
  try {
    await runNode(
      inRoot('node_modules/mocha/bin/mocha.js'),
      [
        ...['--reporter', inRoot('scripts/lib/mocha-reporter.mjs')],
        ...['--timeout', '20000', '--forbid-only'],
        ...elsewhere.flatMap((pattern) => ['--ignore', pattern]),
        ...mochaArguments,
        ...tests,
      ],
      { show: true, timeoutMs: 40 * 60_000 },
    );
  } catch (error) {
    // mocha has said what failed, and its count is the last line; only a run without a count needs a word.
    if (!(error instanceof CommandError) || !/exited with code \d+$/.test(error.message))
      throw error;
    process.exitCode = 1;
  }
});
