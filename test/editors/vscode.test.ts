import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './hole.js';
import { until } from './until.js';
import { chatModel, tinyChatModel } from './vscode/chat-model.js';
import { chatFiles, chatReplies, chatView } from './vscode/chat-view.js';
import { editFiles, editReplies, edits } from './vscode/edits.js';
import { latency } from './vscode/latency.js';
import { models } from './vscode/models.js';
import { restarts } from './vscode/restarts.js';
import { participant, participantReplies } from './vscode/participant.js';
import { Session, useSession } from './vscode/session.js';
import { bodyHole, callHole, candidatesHole, lineHole } from './vscode/holes.js';
import { silence, silentFiles, silentReplies } from './vscode/silence.js';
import { states } from './vscode/states.js';
import { typing } from './vscode/typing.js';
import { writing, writingFiles } from './vscode/writing.js';
import { noWorkbench } from './workbench/workbench.js';

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

const talking = new Session(
  { ...editFiles, ...chatFiles, ...writingFiles, ...silentFiles },
  {
    script: [...editReplies, ...chatReplies, ...participantReplies, ...silentReplies],
    settings: { 'chat.disableAIFeatures': false },
  },
);
const completing = new Session(
  {
    ...files,
    'candidates.ts': candidatesHole.text,
    'body.ts': bodyHole.text,
    'call.ts': callHole.text,
    'talk.ts': 'export const one = 1;\n',
    '.lacunaignore': 'private/\n',
  },
  {
    models: {
      'tiny-lite.gguf': readFileSync(fixture),
      'broken.gguf': Buffer.from('GGUF'),
      ...(noWorkbench === undefined && { 'talker.gguf': tinyChatModel() }),
    },
  },
);
const restricted = new Session(
  {
    'count.ts': lineHole.text,
    '.vscode/settings.json': JSON.stringify({ 'lacuna.model': '/nowhere/theirs.gguf' }),
  },
  { trusted: false },
);

// One that was started ahead for tests that were then left out (mocha's --grep) would run on.
after(() => Promise.all([talking, completing, restricted].map((session) => session.close())));

suite(`VS Code with a model that can be talked to${untried}`, function () {
  this.timeout(120_000);
  useSession(talking);

  it('names the model in the status bar', async () => {
    await talking.window.openFile('inline.ts');
    await talking.modelReady(/scripted/i);
  });

  edits(talking);
  silence(talking);
  describe('in conversation', () => {
    before(() => {
      completing.startAhead();
    });
    chatView(talking);
    participant(talking);
    writing(talking);
  });
});

suite(`VS Code${untried}`, function () {
  this.timeout(120_000);
  useSession(completing);
  typing(completing);
  states(completing);
  models(completing);
  latency(completing);
  restarts(completing);

  it('completes in two windows on one folder', async () => {
    const { window, workbench } = completing;
    const second = await window.another(workbench.url);
    try {
      await until('the model in the second window', 60_000, async () => {
        return /18m/i.test(await second.status());
      });
      await second.openFile('second.ts');
      await second.goTo(lineHole.line, lineHole.column);
      const ghost = await second.typeForGhostText(typed);
      // For a moment a process that a server starts looks like the server.
      await until('two language servers', 10_000, () => workbench.serverPids().length === 2);
      await second.page.keyboard.press('Tab');
      const expected = lineHole.before + typed + ghost + lineHole.after;
      await completing.saves('second.ts', expected, second);
      await completing.enter('first.ts');
      assert.equal(await window.typeForGhostText(typed), ghost);
      await window.page.keyboard.press('Escape');
    } finally {
      await second.close();
    }
  });

  describe('with another model for chat', () => {
    before(() => {
      restricted.startAhead();
    });
    chatModel(completing);
  });
});

suite(`VS Code in a workspace that is not trusted${untried}`, function () {
  this.timeout(120_000);
  useSession(restricted);

  it('completes with the user’s model, not the workspace’s, and says what it goes without', async () => {
    await restricted.enter('count.ts');
    await restricted.modelReady();
    const tooltip = await restricted.tooltip(/not trusted/);
    await restricted.picture('not trusted');
    assert.doesNotMatch(tooltip, /theirs/);
    await restricted.window.typeForGhostText(typed);
  });
});
