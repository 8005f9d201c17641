import assert from 'node:assert/strict';
import type { ModelsReport } from '../../../protocol/index.js';
import { formatModels } from '../../../server/cli/commands/models.js';
import { runCli } from '../../support/run-cli.js';

const report: ModelsReport = {
  models: [
    {
      path: '/models/lite.gguf',
      name: 'lite',
      program: 'LM Studio',
      bytes: 10.4e9,
      architecture: 'deepseek2',
      weightType: 'Q4_K',
      contextLength: 163840,
      completes: false,
      chats: true,
      memoryBytes: 10.5e9,
      problem: { message: 'It answers, but does not complete.', remedy: 'Use Lite-Base.' },
    },
  ],
  availableBytes: 8e9,
  searched: [{ program: 'LM Studio', folder: '/models' }],
  incomplete: true,
};

describe('lacuna models', function () {
  this.timeout(60_000);

  it('says what each is, what it needs, what is wrong with it, and where was looked', () => {
    assert.equal(
      formatModels(report, { isTTY: false }),
      `lite  LM Studio, 10.4 GB, Q4_K, trained for 163840 tokens, needs about 10.5 GB of 8.0 GB free, answers
  /models/lite.gguf
  More than is free: it would be slow, or not load.
  It answers, but does not complete. Use Lite-Base.

Looked into:
  LM Studio: /models
The search was cut short: there may be more.
`,
    );
  });

  it('lists the model that ships with Lacuna first', async () => {
    const { code, stdout } = await runCli(['models', '--json']);
    assert.equal(code, 0);
    const { models } = JSON.parse(stdout) as ModelsReport;
    assert.equal(models[0]?.program, 'Lacuna');
    assert.equal(models[0].completes, true);
  });
});
