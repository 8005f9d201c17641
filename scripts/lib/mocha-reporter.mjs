// One line for each outermost `describe`, then the failures in full, then the count that closes the run.
import { Runner, reporters } from 'mocha';

const { Base } = reporters;
const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END } = Runner.constants;

/** The outermost suite that a test stands in. */
function outermost(test) {
  let suite = test.parent;
  while (suite?.parent && !suite.parent.root) suite = suite.parent;
  return suite?.title || test.title;
}

export default class SuiteLines extends Base {
  constructor(runner, options) {
    super(runner, options);
    let title;
    let counts = { passed: 0, failed: 0, skipped: 0 };
    let start = Date.now();

    const close = () => {
      if (title === undefined) return;
      const total = counts.passed + counts.failed;
      const mark = counts.failed > 0 ? Base.color('fail', '✘') : Base.color('green', '✔');
      const notes = [
        `${total}`,
        ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
        ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
        `${((Date.now() - start) / 1000).toFixed(1)} s`,
      ];
      Base.consoleLog(`  ${mark} ${title} ${Base.color('light', `(${notes.join(', ')})`)}`);
      counts = { passed: 0, failed: 0, skipped: 0 };
      start = Date.now();
    };
    const count = (kind) => (test) => {
      const current = outermost(test);
      if (current !== title) {
        close();
        title = current;
      }
      counts[kind] += 1;
    };
    runner.on(EVENT_TEST_PASS, count('passed'));
    runner.on(EVENT_TEST_FAIL, count('failed'));
    runner.on(EVENT_TEST_PENDING, count('skipped'));
    runner.once(EVENT_RUN_END, () => {
      close();
      if (this.failures.length > 0) Base.list(this.failures);
      const { passes, failures, pending } = this.stats;
      const skipped = pending > 0 ? `, ${pending} skipped` : '';
      Base.consoleLog(`\n${passes} passed, ${failures} failed${skipped}`);
    });
  }
}
