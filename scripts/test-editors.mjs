// npm run test:editors [-- mocha options]: tries Lacuna in real editors, and nothing else. The first run downloads a
// whole VS Code workbench. `-- --times 10` runs everything so many times, and stops at a run that fails.
import { prepareEditors } from './lib/editors.mjs';
import { inRoot } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { bold, Problem, runMain } from './lib/report.mjs';
import { runNode } from './lib/run.mjs';

const mochaArguments = process.argv.slice(2);
const at = mochaArguments.indexOf('--times');
const times = at < 0 ? 1 : Number(mochaArguments.splice(at, 2)[1]);

await runMain(async () => {
  if (!(Number.isInteger(times) && times >= 1)) throw new Problem('--times wants a whole number');
  await prepare();
  const env = await prepareEditors();
  for (let time = 1; time <= times; time++) {
    if (times > 1) console.log(bold(`Run ${time} of ${times}`));
    await runNode(
      inRoot('node_modules/mocha/bin/mocha.js'),
      [
        ...['--reporter', 'spec', '--timeout', '60000', '--forbid-only'],
        ...mochaArguments,
        'dist/test/editors/**/*.test.js',
      ],
      { show: true, env },
    );
  }
});
