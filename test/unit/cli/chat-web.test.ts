import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chatRequests, type ChatAvailability } from '../../../protocol/index.js';
import { writeTrainedChatModel } from '../../support/chat-model.js';
import { inFolder, noDriver, repository } from '../../support/run-cli.js';
import { withDeadline } from '../../protocol/lsp-client.js';

/** `lacuna chat --web` in a folder of its own; resolves to its address and a way to end it as Ctrl+C does. */
async function start(folder: string, args: readonly string[]) {
  const child = spawn(
    process.execPath,
    [path.join(repository, 'bin/lacuna.js'), 'chat', '--web', ...args],
    {
      cwd: folder,
      env: {
        ...process.env,
        ...{ ...noDriver, LACUNA_MODEL: '', NO_COLOR: '1' },
        XDG_STATE_HOME: path.join(folder, 'state'),
        XDG_CACHE_HOME: path.join(folder, 'cache'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const address = new Promise<string>((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (text.includes('\n')) resolve(text.trim());
    });
  });
  try {
    return {
      url: new URL(await withDeadline(address, 'an address')),
      interrupt: () => {
        child.kill('SIGINT');
        return withDeadline(ended, 'its end');
      },
      kill: () => child.kill('SIGKILL'),
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

describe('lacuna chat --web', function () {
  this.timeout(60_000);
  // The page is bundled by the build, which a run of the compiler alone leaves out.
  const page = path.join(repository, 'dist/chat/index.html');

  it('serves a page that asks the model, and ends with Ctrl+C', () =>
    inFolder({ 'a.ts': 'export const a = 1;\n' }, async (folder) => {
      assert.ok(existsSync(page), 'npm run build makes the page');
      const model = writeTrainedChatModel(folder);
      const { url, interrupt, kill } = await start(folder, ['--model', model, '--device', 'cpu']);
      try {
        assert.equal(url.hostname, '127.0.0.1');
        const ask = async (method: string, params: object) => {
          const response = await fetch(new URL('/request', url.origin), {
            method: 'POST',
            headers: { authorization: `Bearer ${url.hash.replace('#token=', '')}` },
            body: JSON.stringify({ method, params }),
          });
          const lines = (await response.text()).trim().split('\n');
          return lines.map(
            (line) => JSON.parse(line) as { type: string; result?: { id: string; state: string } },
          );
        };
        const conversation = (await ask(chatRequests.create, {}))[0]?.result?.id;
        assert.ok(conversation);
        const lines = await ask(chatRequests.send, { conversation, question: 'What is a?' });
        assert.ok(lines.filter(({ type }) => type === 'progress').length > 1);
        assert.equal(lines.at(-1)?.type, 'result');
        assert.match(lines.at(-1)?.result?.state ?? '', /complete|cut/);
        assert.equal(await interrupt(), 0);
        await assert.rejects(fetch(url.origin));
      } finally {
        kill();
      }
    }));

  it('says of a model that only completes what to do', () =>
    inFolder({}, async (folder) => {
      const { url, interrupt, kill } = await start(folder, ['--device', 'cpu']);
      try {
        const availability = async () => {
          const response = await fetch(new URL('/request', url.origin), {
            method: 'POST',
            headers: { authorization: `Bearer ${url.hash.replace('#token=', '')}` },
            body: JSON.stringify({ method: chatRequests.availability, params: {} }),
          });
          const { result } = (await response.json()) as { result: ChatAvailability };
          return result;
        };
        let now = await availability();
        while (!now.available && now.reason === 'loading') {
          await new Promise((resolve) => setTimeout(resolve, 50));
          now = await availability();
        }
        assert.ok(!now.available);
        assert.equal(now.reason, 'no-chat-model');
        assert.match(now.remedy, /\w/);
        assert.equal(await interrupt(), 0);
      } finally {
        kill();
      }
    }));
});
