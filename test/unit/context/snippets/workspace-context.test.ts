import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import type { Finding } from '../../../../server/context/snippets/finding.js';
import { WorkspaceContext } from '../../../../server/context/snippets/workspace-context.js';
import { chooseSnippets } from '../../../../server/prompt/choose-snippets.js';
import type { Snippet } from '../../../../server/prompt/snippet.js';
import { ProvenanceGate } from '../../../../server/provenance/gate.js';
import { madeUpSecrets } from '../../provenance/made-up-secrets.js';

const never = new AbortController().signal;
const key = madeUpSecrets['GitHub token']!;

describe('the context of a workspace', () => {
  let folder: string;
  let trusted: boolean;
  let gate: ProvenanceGate;
  const uri = (name: string) => pathToFileURL(path.join(folder, name)).href;
  const place = (shown: readonly Snippet[] = []) => ({
    ...{ uri: uri('here.ts'), languageId: 'typescript', text: '', offset: 0, shown },
  });
  const finding = (name: string, text: string, isTrue = () => true): Finding => ({
    ...{ uri: uri(name), text, origin: 'definition' as const, isTrue },
  });
  const context = (...findings: readonly Finding[]) =>
    new WorkspaceContext([() => [findings]], gate, (each) => path.basename(each));

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'lacuna-context-')));
    mkdirSync(path.join(folder, '.git'));
    writeFileSync(path.join(folder, '.gitignore'), 'generated.ts\n');
    writeFileSync(path.join(folder, '.lacunaignore'), 'private.ts\n');
    for (const name of ['a.ts', 'b.ts', '.env', 'generated.ts', 'private.ts'])
      writeFileSync(path.join(folder, name), '');
    trusted = true;
    gate = new ProvenanceGate(() => ({ folders: [folder], trusted }));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has the text, its file and where it comes from', async () => {
    assert.deepEqual(await context(finding('a.ts', 'one')).snippets(place(), never), [
      { source: uri('a.ts'), text: 'one', origin: 'definition', path: 'a.ts' },
    ]);
  });

  it('has nothing of files that the gate refuses, and no secrets', async () => {
    const names = ['.env', 'generated.ts', 'private.ts', '../outside.ts'];
    const refused = names.map((name) => finding(name, 'secret'));
    const found = await context(...refused, finding('a.ts', `token('${key}')`)).snippets(
      place(),
      never,
    );
    assert.deepEqual(
      found.map(({ text }) => text),
      ["token('[redacted]')"],
    );
  });

  it('has nothing of a workspace that is not trusted', async () => {
    trusted = false;
    assert.deepEqual(await context(finding('a.ts', 'one')).snippets(place(), never), []);
  });

  it('keeps what was shown as long as it is true, behind what helps now', async () => {
    let findings = [finding('a.ts', 'one')];
    let isTrue = true;
    const changing = new WorkspaceContext([() => [findings]], gate, () => undefined);
    findings = [finding('a.ts', 'one', () => isTrue)];
    const shown = await changing.snippets(place(), never);
    findings = [finding('b.ts', 'two')];
    const texts = async () =>
      (await changing.snippets(place(shown), never)).map(({ text }) => text);
    assert.deepEqual(await texts(), ['two', 'one']);
    isTrue = false;
    assert.deepEqual(await texts(), ['two']);
  });

  it('asks the gate again about what was shown', async () => {
    const source = context(finding('a.ts', 'one'));
    const shown = await source.snippets(place(), never);
    trusted = false;
    assert.deepEqual(await source.snippets(place(shown), never), []);
  });

  it('answers at once where nobody waits any more', async () => {
    assert.deepEqual(
      await context(finding('a.ts', 'one')).snippets(place(), AbortSignal.abort()),
      [],
    );
  });

  it('goes without what fails, and says so', async () => {
    const failures: unknown[] = [];
    const failing = new WorkspaceContext(
      [
        () => {
          throw new Error('a broken index');
        },
        () => [[finding('a.ts', 'one')]],
      ],
      gate,
      () => undefined,
      (error) => failures.push(error),
    );
    const found = await failing.snippets(place(), never);
    assert.deepEqual(
      found.map(({ text }) => text),
      ['one'],
    );
    assert.match(String(failures[0]), /a broken index/);
  });

  it('grows at its end alone from keystroke to keystroke, unless it is chosen anew', async () => {
    const names = ['a.ts', 'b.ts', '.env', 'generated.ts'];
    const ranking = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...names),
        text: fc.constantFrom('one', 'two', 'three', `four ${key}`, 'five', 'six'),
      }),
      { selector: ({ name, text }) => `${name} ${text}`, maxLength: 12, size: 'max' },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(ranking, { minLength: 2, maxLength: 8, size: 'max' }),
        async (keystrokes) => {
          let findings: Finding[] = [];
          const source = new WorkspaceContext([() => [findings]], gate, () => undefined);
          let shown: readonly Snippet[] = [];
          for (const keystroke of keystrokes) {
            findings = keystroke.map(({ name, text }) => finding(name, text));
            const candidates = await source.snippets(place(shown), never);
            const tokensOf = () => 10;
            const choice = { candidates, previous: shown, budgetTokens: 80, tokensOf };
            const next = chooseSnippets(choice);
            assert.ok(next.length <= 8);
            // Nothing ceases to be true here: a choice made anew shows six at most.
            assert.ok(shown.every((each, at) => next[at]?.text === each.text) || next.length <= 6);
            for (const each of next) {
              assert.match(each.source, /\/[ab]\.ts$/);
              assert.ok(!each.text.includes(key));
            }
            shown = next;
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
