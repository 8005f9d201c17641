// npm run test:sanitize [-- address|thread] [mocha options]: the native tests, and storms of threads on the engine, with
// everything native built under AddressSanitizer and UndefinedBehaviorSanitizer, then under ThreadSanitizer. Linux, GCC.
import path from 'node:path';
import { inRoot } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { Problem, bold, colour, dim, duration, green, red, runMain, step } from './lib/report.mjs';
import { CommandError, run } from './lib/run.mjs';
import { emptyFolder, readReports, sortReports } from './lib/sanitizer-reports.mjs';
import {
  buildSanitized,
  nodeEnvironment,
  sanitizedAddons,
  sanitizedFolder,
  sanitizedTools,
  sanitizers,
  startOf,
  toolEnvironment,
} from './lib/sanitizers.mjs';
import { checkToolchain } from './lib/toolchain.mjs';

const [first, ...rest] = process.argv.slice(2);
const chosen = first in sanitizers ? [first] : Object.keys(sanitizers);
const mochaArguments = first in sanitizers ? rest : process.argv.slice(2);

const tests = ['dist/test/native/**/*.test.js'];
/** It builds the tool that is run here anyway. */
const elsewhere = ['dist/test/native/runtime/sanitized.test.js'];
/** What is measured in them is the sanitizer's own memory. */
const unfit = ['frees the model when it is closed'];
const storms = {
  engine_check: ['tiny-lite-q4_k_m', 'tiny-v3-q8_0'].map((model) =>
    inRoot('test/fixtures/models', `${model}.gguf`),
  ),
  runtime_check: ['1', '2', '3', '4', '5', '6', '7', '8'],
};
/** For the tests of one sanitizer, and for a storm: many times what they take. */
const deadline = 2 * 60 * 60_000;

/**
 * One storm for each of the tool's arguments, which answers with a line.
 *
 * @returns {Promise<number>} how many passed
 * @throws {Problem} where one did not, {CommandError} with the report where the sanitizer ended it
 */
async function storm(name, tool) {
  const program = path.join(sanitizedTools(name), tool);
  const [command, args] = await startOf(name, program, storms[tool]);
  const output = await run(command, args, { env: toolEnvironment(name), timeoutMs: deadline });
  const verdicts = output.trim().split('\n');
  if (verdicts.length !== storms[tool].length || verdicts.some((verdict) => verdict !== 'ok'))
    throw new Problem(`${tool}: ${verdicts.join('; ')}`);
  return verdicts.length;
}

/**
 * The native tests.
 *
 * @returns {Promise<{counts?: string, failed: boolean, ours: string[], others: number}>} mocha's last line, if it came
 *   so far, and the reports about our addons and about Node alone
 */
async function mocha(name, compiler) {
  const reports = emptyFolder(inRoot(sanitizedFolder(name), 'reports'));
  const [command, args] = await startOf(name, process.execPath, [
    ...['--import', inRoot('scripts/sanitizers/addons.mjs')],
    inRoot('node_modules/mocha/bin/mocha.js'),
    ...['--require', inRoot('scripts/sanitizers/patience.mjs')],
    ...['--reporter', inRoot('scripts/lib/mocha-reporter.mjs'), colour ? '--color' : '--no-color'],
    ...['--timeout', '20000', '--forbid-only'],
    ...elsewhere.flatMap((pattern) => ['--ignore', pattern]),
    ...(mochaArguments.length > 0 ? mochaArguments : ['--grep', unfit.join('|'), '--invert']),
    ...tests,
  ]);
  const env = {
    ...(await nodeEnvironment(name, compiler, reports)),
    LACUNA_SANITIZED_ADDONS: sanitizedAddons(name),
    LACUNA_SANITIZED_TOOLS: sanitizedTools(name),
  };
  let output,
    failed = false;
  try {
    output = await run(command, args, { env, show: 'too', timeoutMs: deadline });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(red(error.message.replace(/^`.*`/, 'mocha')));
    ({ output } = error);
    failed = true;
  }
  const counts = /^\d+ passed, .*$/m.exec(output)?.[0];
  // UndefinedBehaviorSanitizer writes to the terminal all the same.
  return { counts, failed, ...sortReports(`${readReports(reports)}\n${output}`) };
}

/** @returns {Promise<boolean>} whether all is well; its last line says so */
async function sanitize(name, compiler) {
  const { title } = sanitizers[name];
  const start = performance.now();
  console.log(bold(title));
  await step('Building', () => buildSanitized(name, compiler));
  let stormed = 0;
  if (mochaArguments.length === 0) {
    for (const tool of Object.keys(storms))
      stormed += await step(`Storming: ${tool}`, () => storm(name, tool));
  }
  const { counts, failed, ours, others } = await mocha(name, compiler);
  for (const report of ours) console.error(`\n${report}\n`);
  const good = !failed && counts !== undefined && ours.length === 0;
  const words = [
    counts === undefined ? 'tests broken off' : `tests ${counts}`,
    ...(stormed > 0 ? [`${stormed} storms passed`] : []),
    `${ours.length} reports${others > 0 ? ` (and ${others} about Node alone)` : ''}`,
    duration(performance.now() - start),
  ];
  console.log((good ? green : red)(`${title}: ${words.join('; ')}\n`));
  return good;
}

await runMain(async () => {
  if (process.platform !== 'linux') throw new Problem('The sanitizers are run on Linux.');
  await prepare({ testing: true });
  const { compiler } = checkToolchain();
  let good = true;
  for (const name of chosen) {
    // What one finds does not keep the next from looking.
    await runMain(async () => {
      good = (await sanitize(name, compiler)) && good;
    });
  }
  if (mochaArguments.length === 0) console.log(dim(`Left out: ${unfit.join(', ')}`));
  if (!good || process.exitCode === 1) throw new Problem('The sanitizers found errors.');
  console.log(green('The sanitizers found nothing.'));
});
