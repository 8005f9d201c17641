import assert from 'node:assert/strict';
import { formatBytes, formatChecks } from '../../../server/cli/doctor/check.js';
import {
  availableMemory,
  checkCpu,
  checkGpu,
  checkMemory,
  checkNode,
} from '../../../server/cli/doctor/machine.js';
import { checkTrial } from '../../../server/cli/doctor/model.js';
import type { CpuFeatures, NativeEngineInfo } from '../../../server/engine/native/addon.js';
import { ScriptedEngine } from '../../support/scripted-engine.js';

const cpu: CpuFeatures = {
  vendor: 'v',
  model: 'm',
  cores: 2,
  avx2: true,
  avx512: false,
  avx512vnni: false,
  avx512bf16: false,
  amxInt8: false,
  amxBf16: false,
};
const engine: NativeEngineInfo = {
  cpuPath: 'avx2',
  threads: 2,
  contextLength: 512,
  vocabularySize: 8192,
  weightBytes: 1000,
  kvBytes: 100,
  scratchBytes: 10,
  kvBytesPerToken: 1,
};

/** A stream that is no terminal. */
const plain = { isTTY: false };

describe('doctor', () => {
  it('wants Node.js 20', () => {
    assert.equal(checkNode('20.0.0').state, 'ok');
    assert.equal(checkNode('18.19.1').state, 'problem');
    assert.match(checkNode('18.19.1').remedy ?? '', /Install Node\.js 20/);
  });

  it('warns of a CPU without AVX2', () => {
    assert.deepEqual([checkCpu(cpu).state, checkCpu(cpu).detail], ['ok', 'm, 2 cores, avx2']);
    assert.equal(checkCpu({ ...cpu, avx2: false }).state, 'warning');
  });

  it('says honestly that a GPU is not used', () => {
    assert.match(checkGpu(true).detail, /NVIDIA GPU is present, but .* no GPU path in this build/);
    assert.match(checkGpu(false).detail, /^no GPU path in this build/);
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

  it('tries the model', async () => {
    const check = await checkTrial(new ScriptedEngine({ answer: 'let i', tokenMs: 1 }));
    assert.equal(check.state, 'ok');
    assert.match(check.detail, /^2 tokens at \d+ tokens\/s on none \(scripted\)$/);
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
