import assert from 'node:assert/strict';
import path from 'node:path';
import { EngineError } from '../../../server/engine/contract.js';
import { EngineLoader, type ModelRequest } from '../../../server/models/load-engine.js';
import { writeChatModel } from '../../support/chat-model.js';
import { inFolder, repository } from '../../support/run-cli.js';

const request: ModelRequest = {
  device: 'cpu',
  insist: true,
  threads: 1,
  contextLength: 256,
  chatContextLength: 1024,
  kvCache: 'auto',
};

async function contextOf(over: Partial<ModelRequest>): Promise<number> {
  const engine = await new EngineLoader(repository).load({ ...request, ...over });
  await engine.close();
  return engine.info.contextLength;
}

describe('loading a model', function () {
  this.timeout(60_000);

  it('gives one that only answers the context of conversations, where that is larger', () =>
    inFolder({}, async (folder) => {
      const flag = writeChatModel(folder);
      assert.equal(await contextOf({ flag }), 1024);
      assert.equal(await contextOf({ flag, contextLength: 2048 }), 2048);
    }));

  it('gives one that completes the context of completions', async () => {
    const base = path.join(repository, 'test', 'fixtures', 'models', 'tiny-lite-q8_0.gguf');
    assert.equal(await contextOf({ flag: base }), 256);
  });

  it('goes by no other name where a model for chat is named', () =>
    inFolder({}, async (folder) => {
      const setting = writeChatModel(folder);
      const { LACUNA_MODEL } = process.env;
      process.env['LACUNA_MODEL'] = '/none.gguf';
      try {
        assert.equal(await contextOf({ flag: '/none.gguf', setting, chat: true }), 1024);
      } finally {
        if (LACUNA_MODEL === undefined) delete process.env['LACUNA_MODEL'];
        else process.env['LACUNA_MODEL'] = LACUNA_MODEL;
      }
    }));

  it('names the setting that is a relative path', async () => {
    await assert.rejects(
      contextOf({ setting: 'models/x.gguf', chat: true }),
      (error) => error instanceof EngineError && error.message.includes('lacuna.chatModel'),
    );
  });
});
