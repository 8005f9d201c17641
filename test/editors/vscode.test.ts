import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './hole.js';
import { until } from './until.js';
import { latency } from './vscode/latency.js';
import { models } from './vscode/models.js';
import { restarts } from './vscode/restarts.js';
import { useSession } from './vscode/session.js';
import { bodyHole, callHole, candidatesHole, lineHole } from './vscode/holes.js';
import { states } from './vscode/states.js';
import { typing } from './vscode/typing.js';
import { EditorWindow } from './workbench/window.js';
import { noWorkbench, workbenchParts } from './workbench/workbench.js';

const { typed } = lineHole;
const fixture = path.join(root, 'test/fixtures/models/tiny-lite-q8_0.gguf');

/** A file with the hole for every scenario: none stands in another's way. */
const files = Object.fromEntries(
  [
    ...['count', 'escape', 'word', 'follow', 'snooze', 'language', 'latency'],
    ...['first', 'second', 'killed', 'after', 'private/keys'],
  ].map((name) => [`${name}.ts`, lineHole.text]),
);

const suite = noWorkbench === undefined ? describe : describe.skip;
const untried = noWorkbench === undefined ? '' : ` (not tried: ${noWorkbench})`;

suite(`VS Code${untried}`, function () {
  this.timeout(120_000);
  const session = useSession(
    {
      ...files,
      'candidates.ts': candidatesHole.text,
      'body.ts': bodyHole.text,
      'call.ts': callHole.text,
      '.lacunaignore': 'private/\n',
    },
    {
      models: { 'tiny-lite.gguf': readFileSync(fixture), 'broken.gguf': Buffer.from('GGUF') },
    },
  );
  typing(session);
  states(session);
  models(session);
  latency(session);
  restarts(session);

  it('completes in two windows on one folder', async () => {
    const second = await EditorWindow.open(workbenchParts().chromium, session.workbench.url);
    try {
      await until('the model in the second window', 60_000, async () => {
        return /seed/i.test(await second.status());
      });
      await second.openFile('second.ts');
      await second.goTo(lineHole.line, lineHole.column);
      const ghost = await second.typeForGhostText(typed);
      assert.equal(session.workbench.serverPids().length, 2);
      await second.page.keyboard.press('Tab');
      await second.ghostTextGone();
      await second.save();
      assert.equal(session.saved('second.ts'), lineHole.before + typed + ghost + lineHole.after);
      await session.enter('first.ts');
      assert.equal(await session.window.typeForGhostText(typed), ghost);
      await session.window.page.keyboard.press('Escape');
    } finally {
      await second.close();
    }
  });
});

suite(`VS Code in a workspace that is not trusted${untried}`, function () {
  this.timeout(120_000);
  const session = useSession(
    {
      'count.ts': lineHole.text,
      '.vscode/settings.json': JSON.stringify({ 'lacuna.model': '/nowhere/theirs.gguf' }),
    },
    { trusted: false },
  );

  it('completes with the user’s model, not the workspace’s, and says what it goes without', async () => {
    await session.enter('count.ts');
    await session.modelReady();
    const tooltip = await session.tooltip(/not trusted/);
    await session.picture('not trusted');
    assert.doesNotMatch(tooltip, /theirs/);
    await session.window.typeForGhostText(typed);
  });
});
