import assert from 'node:assert/strict';
import { formatBytes, formatChecks } from '../../../server/cli/doctor/check.js';
import { checkCpu, checkMemory, checkNode } from '../../../server/cli/doctor/machine.js';
import { checkTrial, judgeTrial } from '../../../server/cli/doctor/trial.js';
import type { Engine } from '../../../server/engine/contract.js';
import type { CpuFeatures, NativeEngineInfo } from '../../../server/engine/native/addon.js';
import { availableMemory } from '../../../server/models/available-memory.js';
import { planText, ScriptedEngine } from '../../support/scripted-engine.js';

const cpu: CpuFeatures = {
  vendor: 'v',
  model: 'm',
  cores: 2,
  avx2: true,
  avxVnni: false,
  avx512: false,
  avx512vnni: false,
  avx512bf16: false,
  amxInt8: false,
  amxBf16: false,
};
const engine: NativeEngineInfo = {
  device: 'cpu',
  cpuPath: 'avx2',
  threads: 2,
  contextLength: 512,
  vocabularySize: 8192,
  weightBytes: 1000,
  kvBytes: 100,
  scratchBytes: 10,
  kvBytesPerToken: 1,
  pageBytes: 64,
  pageTokens: 64,
};

/** A stream that is no terminal. */
const plain = { isTTY: false };

describe('doctor', () => {
  it('wants Node.js 20', () => {
    assert.equal(checkNode('20.0.0').state, 'ok');
    assert.equal(checkNode('18.19.1').state, 'problem');
    assert.match(checkNode('18.19.1').remedy ?? '', /Install Node\.js 20/);
  });

  it('says that a CPU without AVX2 runs the scalar reference', () => {
    assert.deepEqual([checkCpu(cpu).state, checkCpu(cpu).detail], ['ok', 'm, 2 cores, avx2']);
    const slow = checkCpu({ ...cpu, avx2: false });
    assert.equal(slow.state, 'warning');
    assert.match(slow.detail, /no AVX2: .* scalar reference$/);
    assert.match(slow.remedy ?? '', /AVX2/);
  });

  it('tells memory that is enough from memory that is slow and from memory that is not enough', () => {
    assert.equal(checkMemory(engine, 1110).state, 'ok');
    assert.equal(checkMemory(engine, 1109).state, 'warning');
    assert.equal(checkMemory(engine, 109).state, 'problem');
    assert.match(checkMemory(engine, 109).remedy ?? '', /lacuna\.contextLength/);
  });

  it('finds the memory of this machine', () => {
    assert.ok(availableMemory() > 1e6);
  });

  it('tries the model on a prompt long enough to tell its speed', async () => {
    const scripted = new ScriptedEngine({ answer: 'let i', tokenMs: 1, prefillMs: 1 });
    const check = await checkTrial(scripted, 96, 30_000);
    assert.equal(check.state, 'ok');
    assert.match(
      check.detail,
      /^reads [\d.]+ tokens\/s, writes [\d.]+ tokens\/s on none \(scripted\); .* to the first token of a full prompt \(4000 tokens\)$/,
    );
    const { promptTokens } = await scripted.requests[0]!.generation.summary;
    assert.ok(promptTokens > 200 && promptTokens <= 257, `${promptTokens}`);
    assert.equal(scripted.requests[0]!.options.maxTokens, 8);
  });

  it('does not take the first reading of the weights for the speed of the model', async () => {
    const scripted = new ScriptedEngine({ answer: 'let i' });
    const prefillMs = [20_000, 100];
    const prompts: string[] = [];
    const warming: Engine = {
      info: scripted.info,
      countTokens: (text) => scripted.countTokens(text),
      hold: () => undefined,
      resident: () => 0,
      cacheUsage: () => scripted.cacheUsage(),
      savePrefix: () => scripted.savePrefix(),
      restorePrefix: (path) => scripted.restorePrefix(path),
      close: () => scripted.close(),
      generate: (plan, options) => {
        prompts.push(planText(plan));
        const generation = scripted.generate(plan, options);
        const summary = generation.summary.then((ended) => ({
          ...ended,
          prefillMs: prefillMs.shift()!,
        }));
        return { summary, [Symbol.asyncIterator]: () => generation[Symbol.asyncIterator]() };
      },
    };
    assert.equal((await checkTrial(warming, 96, 30_000)).state, 'ok');
    assert.equal(new Set(prompts.map((prompt) => prompt.slice(0, 10))).size, 2);
  });

  it('keeps the trial within a small context', async () => {
    const scripted = new ScriptedEngine({ answer: 'let i', info: { contextLength: 64 } });
    assert.equal((await checkTrial(scripted, 96, 30_000)).state, 'ok');
  });

  it('says that a completion would be given up, and what to lower', () => {
    const summary = {
      reason: 'length',
      promptTokens: 256,
      residentTokens: 0,
      generatedTokens: 8,
      trimmedTokens: 0,
      healedTokens: 0,
      draftedTokens: 0,
      acceptedTokens: 0,
      mtpDraftedTokens: 0,
      mtpAcceptedTokens: 0,
      prefillMs: 2560,
      decodeMs: 1000,
    } as const;
    const judge = (contextLength: number) =>
      judgeTrial(summary, { contextLength, device: 'cpu' }, 96, 30_000);
    // 1,700 tokens at 100 tokens/s and 96 at 8 tokens/s are 29 s.
    assert.equal(judge(1796).state, 'ok');
    assert.match(judge(1796).detail, /about 17 s to the first token/);
    const late = judge(2048);
    assert.equal(late.state, 'problem');
    assert.match(late.detail, /96 tokens would take about 32 s, and is given up after 30 s$/);
    assert.match(late.remedy ?? '', /lacuna\.contextLength/);
    assert.match(
      judgeTrial({ ...summary, reason: 'aborted' }, { contextLength: 2048, device: '' }, 96, 1)
        .detail,
      /took more than 60 s/,
    );
  });

  it('prints one line a check and what to do below', () => {
    const text = formatChecks(
      [
        { name: 'A', state: 'ok', detail: 'fine' },
        { name: 'Long', state: 'problem', detail: 'gone', remedy: 'Bring it back.' },
      ],
      plain,
    );
    assert.equal(text, '✔ A     fine\n✘ Long  gone\n        → Bring it back.\n');
  });

  it('writes bytes for people', () => {
    assert.equal(formatBytes(999), '999 bytes');
    assert.equal(formatBytes(11_450_400), '11.5 MB');
  });
});
