import assert from 'node:assert/strict';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';

const uri = 'file:///project/a.txt';

describe('language server: how prompts are planned', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  /** What the model is asked behind each of two keys, on a line that was begun before. */
  async function asked(settings: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
    const engine = new ScriptedEngine({ answer: 'nothing of this' });
    const { client } = start(engine);
    await client.initialize({
      initializationOptions: { debounce: 0, workAhead: false, ...settings },
    });
    await client.open(uri, 'plaintext', 'first\nval \nlast\n');
    for (const [index, text] of ['x', 'y'].entries()) {
      const at = { line: 1, character: 4 + index };
      await client.change(uri, 2 + index, [{ range: { start: at, end: at }, text }]);
      await client.inlineComplete(uri, { ...at, character: at.character + 1 }, 2);
    }
    return engine.greedy.map(({ plan }) => planText(plan));
  }

  it('keeps what stands around the place where typing began, and gives what was typed', async () => {
    const [first = '', second = ''] = await asked({});
    assert.ok(second.startsWith(first), `${second} does not go on from ${first}`);
  });

  it('takes the text around the cursor anew at each key, where the setting says so', async () => {
    const [first = '', second = ''] = await asked({ plan: 'plain' });
    assert.match(second, /val xy/);
    assert.ok(!second.startsWith(first), `${second} goes on from ${first}`);
  });
});
