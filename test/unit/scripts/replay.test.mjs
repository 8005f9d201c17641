import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before as fileBefore, HistoryError, sessionsOf } from '../../../bench/lib/history.mjs';
import { agreement, figuresOf, table } from '../../../bench/lib/replay-figures.mjs';
import { editOf, keysOf } from '../../../bench/lib/typing.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { runNode } from '../../../scripts/lib/run.mjs';

/** A file as it was in one commit after the other. */
const versions = [
  'const a = 1;\nconst b = 2;\n\nexport function f(x: number) {\n  return x;\n}\n',
  'const a = 1;\nconst b = 22;\n\nexport function f(x: number) {\n  const y = x + a;\n  return y;\n}\n',
  'const b = 22; // 😀\n\nexport function f(x: number) {\n  const y = x + b;\n  return y;\n}\n\nf(1);\n',
  'const b = 22; // 😁\n\nexport function f(x: number) {\n  return x + b;\n}\n\nf(1);\nf(2);\n',
];

describe('the replay of a history', function () {
  this.timeout(120_000);
  let folder;
  const git = (...args) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      stdio: 'pipe',
    });

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lacuna-history-'));
    git('init', '--quiet');
    mkdirSync(path.join(folder, 'src'));
    for (const [index, text] of versions.entries()) {
      writeFileSync(path.join(folder, 'src', 'a.ts'), text);
      writeFileSync(path.join(folder, 'notes.md'), text);
      git('add', '.');
      git('commit', '--quiet', '-m', `version ${index}`);
    }
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes, edit by edit, of each version of a file the next', () => {
    const sessions = sessionsOf(folder, 'HEAD', 500);
    assert.deepEqual(
      sessions.map(({ file }) => file),
      Array(3).fill('src/a.ts'),
    );
    for (const [index, session] of sessions.entries()) {
      let text = fileBefore(folder, session);
      assert.equal(text, versions[index]);
      for (const hunk of session.hunks) {
        const { start, end, inserted } = editOf(text, hunk);
        text = text.slice(0, start) + inserted + text.slice(end);
      }
      assert.equal(text, versions[index + 1]);
    }
  });

  it('takes as many edits as it is told while there are so many, the same each time', () => {
    const editsOf = (most) =>
      sessionsOf(folder, 'HEAD', most).reduce((sum, { hunks }) => sum + hunks.length, 0);
    const all = editsOf(Infinity);
    for (let most = 1; most <= all; most++) assert.equal(editsOf(most), most);
    assert.deepEqual(sessionsOf(folder, 'HEAD', 4), sessionsOf(folder, 'HEAD', 4));
  });

  it('changes no more than what differs, between characters', () => {
    const text = 'a = "😀";\n';
    const edit = editOf(text, { line: 0, removed: ['a = "😀";'], added: ['a = "😁";'] });
    assert.deepEqual(edit, { start: 5, end: 7, inserted: '😁' });
  });

  it('types a new line behind the one before it, and its indentation with the Enter', () => {
    const { start, end, inserted } = editOf('if (a) {\n}\n', {
      line: 1,
      removed: [],
      added: ['    b😀'],
    });
    assert.deepEqual([start, end, inserted], [8, 8, '\n    b😀']);
    assert.deepEqual(keysOf(inserted), ['\n    ', 'b', '😀']);
  });

  it('says what to do where there is no history', () => {
    const none = mkdtempSync(path.join(tmpdir(), 'lacuna-no-history-'));
    try {
      assert.throws(() => sessionsOf(none, 'HEAD', 5), /no clone of a git repository/);
      const shallow = path.join(none, 'shallow');
      git('clone', '--quiet', '--depth', '1', `file://${folder}`, shallow);
      assert.throws(() => sessionsOf(shallow, 'HEAD', 5), /git fetch --unshallow/);
      assert.throws(() => sessionsOf(folder, 'no-such-commit', 5), HistoryError);
    } finally {
      rmSync(none, { recursive: true, force: true });
    }
  });

  it('counts where answers came from, what they cost, and what was typed next', () => {
    assert.equal(agreement('value)', 'value;'), 5);
    const stroke = (from, shown, next, ms) => ({ asked: true, from, shown, next, ms });
    const figures = figuresOf(
      2,
      [
        stroke('generated', 'foo(1)', 'foo(1);', 40),
        stroke('known', 'oo(2)', 'oo(1);', 2),
        stroke('none', undefined, 'o(1);', 1),
      ],
      [
        { keystroke: 0, lane: 'inline', prefilled: 30, generated: 6 },
        { keystroke: 0, lane: 'speculate', prefilled: 3, generated: 9 },
      ],
    );
    assert.deepEqual(figures.answers, { known: 1, joined: 0, generated: 1, none: 1 });
    assert.deepEqual([figures.agreeing, figures.agreeingFirstWord], [0.5, 1]);
    assert.deepEqual([figures.prefilledPerKeystroke.mean, figures.generatedPerKeystroke], [10, 2]);
    assert.deepEqual([figures.prefilledAheadPerKeystroke, figures.msMiss.p50], [1, 40]);
    assert.match(table([{ name: 'run', figures }]), /\| known already \| 1 \|/);
  });

  it('types into a whole server, and prints what it cost', async () => {
    const script = inRoot('bench/replay.mjs');
    const options = ['--repo', folder, '--keys', '3', '--plan', 'anchored,plain', '--json'];
    const output = await runNode(script, options, { timeoutMs: 100_000 });
    const { runs } = JSON.parse(output.split('\n').find((line) => line.startsWith('{')));
    assert.deepEqual(
      runs.map(({ plan }) => plan),
      ['anchored', 'plain'],
    );
    for (const { figures } of runs) {
      const { known, joined, generated, none } = figures.answers;
      assert.equal(known + joined + generated + none, figures.requests);
      assert.ok(generated > 0 && figures.prefilledPerKeystroke.mean > 0);
    }
  });
});
