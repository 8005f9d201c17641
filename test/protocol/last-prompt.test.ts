import assert from 'node:assert/strict';
import type { PromptReport } from '../../protocol/index.js';
import { madeUpSecrets } from '../unit/provenance/made-up-secrets.js';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';

const uri = 'file:///project/a.ts';
const last = { command: 'lacuna.lastPrompt' };

describe('language server: the latest prompt', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  it('is none until a model was asked', async () => {
    const { client } = start(new ScriptedEngine({ answer: 'x' }));
    const { capabilities } = await client.initialize();
    assert.ok(capabilities.executeCommandProvider?.commands.includes('lacuna.lastPrompt'));
    assert.equal(await client.request('workspace/executeCommand', last), null);
  });

  it('shows every segment with its source, its tokens and what was known', async () => {
    const engine = new ScriptedEngine({ answer: 'x' });
    const { client } = start(engine);
    await client.initialize({ initializationOptions: { debounce: 0 } });
    await client.open(uri, 'typescript', `a('${madeUpSecrets['GitHub token']!}');\nb = ;\n`);
    for (const character of [3, 4]) await client.inlineComplete(uri, { line: 1, character }, 2);
    const report = await client.request<PromptReport>('workspace/executeCommand', last);
    const { plan, generation } = engine.greedy[1]!;
    const { promptTokens, residentTokens } = await generation.summary;
    assert.ok(residentTokens > 0);
    assert.deepEqual([report.document, report.model, report.redactions], [uri, 'scripted', 1]);
    assert.deepEqual([report.promptTokens, report.residentTokens], [promptTokens, residentTokens]);
    const shown = report.segments.map(({ kind, content }) =>
      kind === 'text' ? content : `<${content}>`,
    );
    assert.equal(shown.join(''), planText(plan));
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b);
    assert.equal(sum(report.segments.map(({ tokens }) => tokens)), promptTokens);
    assert.equal(sum(report.segments.map((each) => each.residentTokens)), residentTokens);
    for (const { kind, source } of report.segments)
      assert.equal(source, kind === 'text' ? uri : undefined);
    assert.match(report.text, /1 secret was left out/);
    assert.ok(report.text.includes('```\nb = \n```'));
  });
});
