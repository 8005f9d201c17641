import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { IgnoreRules } from '../../../server/provenance/ignore-rules.js';
import { boundedRule } from '../../../server/provenance/ignore-lines.js';

type Files = Readonly<Record<string, string>>;

const root = path.resolve('/project');

function rulesOf(files: Files, clock = () => 0) {
  const read = (file: string) => {
    const relative = path.relative(root, file).replaceAll(path.sep, '/');
    return Promise.resolve(files[relative]);
  };
  return new IgnoreRules(root, ['.gitignore'], read, clock);
}

/** Ignore files, a path, and whether it is ignored: what git says. */
const cases: readonly (readonly [Files, string, boolean])[] = [
  [{ '.gitignore': 'dist\n' }, 'dist/a.js', true],
  [{ '.gitignore': 'dist\n' }, 'packages/a/dist/b.js', true],
  [{ '.gitignore': '/dist\n' }, 'packages/dist/b.js', false],
  [{ '.gitignore': '*.log\n!keep.log\n' }, 'a/keep.log', false],
  [{ '.gitignore': '*.log\n!keep.log\n' }, 'a/other.log', true],
  [{ '.gitignore': 'a/\n!a/b.ts\n' }, 'a/b.ts', true],
  [{ '.gitignore': 'a/*\n!a/b.ts\n' }, 'a/b.ts', false],
  [{ '.gitignore': '*.ts\n', 'a/.gitignore': '!*.ts\n' }, 'a/x.ts', false],
  [{ '.gitignore': '*.ts\n', 'a/.gitignore': '!*.ts\n' }, 'b/x.ts', true],
  [{ 'a/.gitignore': 'x.ts\n' }, 'x.ts', false],
  [{ 'a/.gitignore': 'x.ts\n' }, 'a/b/c/x.ts', true],
  [{ 'a/.gitignore': '/x.ts\n' }, 'a/b/x.ts', false],
  [{ 'a/.gitignore': 'b/x.ts\n' }, 'a/b/x.ts', true],
  [{ 'a/.gitignore': 'b/x.ts\n' }, 'a/c/b/x.ts', false],
  [{ '.gitignore': 'a/**/z.ts\n' }, 'a/b/c/z.ts', true],
  [{ '.gitignore': '# a.ts\n\\#b.ts\n' }, '#b.ts', true],
  [{ '.gitignore': '# a.ts\n' }, 'a.ts', false],
  [{ '.gitignore': '\\!a.ts\n' }, '!a.ts', true],
  [{ '.gitignore': 'a.ts  \r\n' }, 'a.ts', true],
  [{ 'a [1]/.gitignore': 'x.ts\n' }, 'a [1]/x.ts', true],
  [{ 'a [1]/.gitignore': 'x.ts\n' }, 'a 1/x.ts', false],
  [{ '.gitignore': 'a/\n', 'a/.gitignore': '!x.ts\n' }, 'a/x.ts', true],
];

describe('ignore files', () => {
  for (const [files, file, ignored] of cases)
    it(`${JSON.stringify(files)} ${ignored ? 'hide' : 'leave'} ${file}`, async () => {
      assert.equal(await rulesOf(files).ignores(path.join(root, file)), ignored);
    });

  it('agree with git', async function () {
    this.timeout(60_000);
    if (spawnSync('git', ['--version']).status !== 0) {
      this.skip(); // There is no git to agree with.
    }
    const place = mkdtempSync(path.join(tmpdir(), 'lacuna-ignore-'));
    try {
      spawnSync('git', ['init', '-q', place]);
      const part = fc.constantFrom('a', 'b', 'c');
      const file = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
      const rule = fc
        .tuple(
          fc.constantFrom('', '', '!'),
          fc.constantFrom('', '/', '**/'),
          fc.array(fc.constantFrom('a', 'b', 'c', '*', '**', '?', '[ab]'), {
            minLength: 1,
            maxLength: 3,
          }),
          fc.constantFrom('', '', '/', '/*', '/**'),
        )
        .map(([not, start, parts, end]) => `${not}${start}${parts.join('/')}${end}`);
      const text = fc.array(rule, { maxLength: 3 }).map((rules) => rules.join('\n'));
      const folders = ['', 'a', 'b', 'a/b'];
      await fc.assert(
        fc.asyncProperty(
          fc.tuple(text, text, text, text),
          fc.array(file, { minLength: 1, maxLength: 12, size: 'max' }),
          async (texts, names) => {
            const files: Record<string, string> = {};
            for (const [index, folder] of folders.entries()) {
              const name = path.posix.join(folder, '.gitignore');
              files[name] = texts[index]!;
              mkdirSync(path.join(place, folder), { recursive: true });
              writeFileSync(path.join(place, name), texts[index]!);
            }
            // Only files that could be there: where there is a folder, there is none.
            const possible = names.map((name) => `${name}/f`);
            const { stdout } = spawnSync('git', ['check-ignore', '--no-index', '--stdin', '-z'], {
              cwd: place,
              input: possible.join('\0'),
              encoding: 'utf8',
            });
            const wanted = new Set(stdout.split('\0').filter((name) => name !== ''));
            const rules = rulesOf(files);
            for (const name of possible)
              assert.equal(await rules.ignores(path.join(root, name)), wanted.has(name), name);
          },
        ),
        { numRuns: 60 },
      );
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });

  it('are read again when they may have changed', async () => {
    const files: Record<string, string> = { '.gitignore': '' };
    let now = 0;
    const rules = rulesOf(files, () => now);
    const file = path.join(root, 'a/b.ts');
    assert.equal(await rules.ignores(file), false);
    files['.gitignore'] = 'b.ts';
    assert.equal(await rules.ignores(file), false);
    now = 10_000;
    assert.equal(await rules.ignores(file), true);
    files['a/.gitignore'] = '!b.ts';
    now = 20_000;
    assert.equal(await rules.ignores(file), false);
  });

  it('hide all where one cannot be read', async () => {
    const rules = new IgnoreRules(root, ['.gitignore'], () => Promise.reject(new Error('no')));
    assert.equal(await rules.ignores(path.join(root, 'a.ts')), true);
  });

  it('cannot hold the server up with wildcards', async () => {
    const hostile = `${'*a'.repeat(40)}*b`;
    const rules = rulesOf({ '.gitignore': `${hostile}\n!${hostile}\n` });
    assert.equal(await rules.ignores(path.join(root, 'a'.repeat(250))), true);
    assert.equal(boundedRule('**/a*b*c*d*/e'), '**/a*b*c*/e');
    assert.equal(boundedRule('!a*b*c*d*'), undefined);
    assert.equal(boundedRule('a'.repeat(2000)), '*');
  });
});
