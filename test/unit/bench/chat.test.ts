import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { measureChat, type ChatFigures } from '../../../server/bench/chat.js';
import { chatInfo, writeChatModel } from '../../support/chat-model.js';
import { runCli } from '../../support/run-cli.js';
import { ScriptedEngine } from '../../support/scripted-engine.js';

describe('lacuna bench --chat', function () {
  this.timeout(60_000);

  it('finds that a follow-up reads what is new, and a retry nothing', async () => {
    const engine = new ScriptedEngine({ answer: ' It adds up.', info: chatInfo() });
    const { turns, retry } = await measureChat(engine, {
      turns: 3,
      answerTokens: 16,
      codeTokens: 60,
    });
    assert.equal(turns[0]!.resident, 0);
    for (const [i, { prompt, resident, prefilled }] of turns.entries()) {
      assert.equal(prompt, resident + prefilled);
      if (i > 0) assert.equal(resident, turns[i - 1]!.prompt);
    }
    assert.equal(retry.prefilled, 0);
  });

  it('prints the same for a real model, as a table and as JSON', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lacuna-bench-'));
    try {
      const model = writeChatModel(folder);
      const plain = await runCli(['bench', '--chat', '--model', model, '--threads', '1']);
      assert.equal(plain.code, 0, plain.stderr);
      assert.match(plain.stdout, /turn +prompt +resident +prefilled +new +prefill ms/);
      const json = await runCli(['bench', '--chat', '--model', model, '--threads', '1', '--json']);
      const { chat } = JSON.parse(json.stdout) as { readonly chat: ChatFigures };
      assert.equal(chat.turns.length, 6);
      for (const [i, { resident, prefilled, added }] of chat.turns.entries()) {
        if (i === 0) continue;
        assert.ok(resident >= chat.turns[i - 1]!.prompt, `turn ${i + 1}`);
        // Random weights write tokens that no text is made of: at most that answer is read again.
        assert.ok(prefilled <= added + chat.turns[i - 1]!.generated + 1, `turn ${i + 1}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says that a base model is none to talk to', async () => {
    const result = await runCli(['bench', '--chat']);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /only completes.*Instruct/);
  });
});
