import assert from 'node:assert/strict';
import { checkDevice, checkGpu, checkPlan } from '../../../server/cli/doctor/gpu.js';
import { EngineError } from '../../../server/engine/contract.js';
import type { CudaProbe } from '../../../server/engine/device/probe.js';

const kernels = { capabilities: ['8.0', '9.0'], neededDriver: '13.0' };
const works: CudaProbe = {
  works: true,
  gpu: {
    ...{ driverVersion: '13.1', name: 'A GPU', capability: '9.0', multiprocessors: 132 },
    ...{ totalBytes: 80e9, freeBytes: 79e9 },
  },
};
const fails = (code: string): CudaProbe => {
  return { works: false, code, message: 'it is broken.', remedy: 'Mend it.' };
};
const plan = {
  ...{ fits: true, freeBytes: 24e9, neededBytes: 11e9, weightBytes: 2e9 },
  ...{ kvBytes: 0.6e9, scratchBytes: 0.4e9, expertBytes: 8e9, expertSlots: 64, experts: 64 },
  note: '',
};

describe('doctor, on the GPU', () => {
  it('names GPU, memory, driver and kernels', () => {
    const { state, detail } = checkGpu('auto', works, kernels);
    assert.equal(state, 'ok');
    assert.match(detail, /^A GPU, compute capability 9\.0, 132 multiprocessors, 79\.0 GB free of/);
    assert.match(detail, /driver for CUDA 13\.1; .* kernels for compute capability 8\.0, 9\.0 and/);
  });

  it('does not make a fuss about a machine without one', () => {
    const check = checkGpu('auto', fails('no-driver'), { ...kernels, capabilities: [] });
    assert.equal(check.state, 'note');
    assert.equal(check.detail, 'not used: it is broken');
    assert.ok(!('remedy' in check));
    const old = checkGpu('auto', fails('unsupported'), kernels);
    assert.deepEqual([old.state, old.remedy], ['note', 'Mend it.']);
  });

  it('warns of one that could be used, and says what to do', () => {
    const check = checkGpu('auto', fails('crashed'), kernels);
    assert.deepEqual([check.state, check.remedy], ['warning', 'Mend it.']);
  });

  it('has a problem where it was asked for, and none where the CPU was', () => {
    assert.equal(checkGpu('cuda', fails('no-driver'), kernels).state, 'problem');
    const check = checkGpu('cpu', undefined, kernels);
    assert.equal(check.state, 'note');
    assert.match(check.detail, /^not used: the CPU was asked for; /);
  });

  it('prints the plan of its memory', () => {
    const whole = checkPlan(() => plan);
    assert.equal(whole.state, 'ok');
    assert.equal(
      whole.detail,
      '11.0 GB needed (weights 2.0 GB, experts 8.0 GB, KV cache 600.0 MB, scratch 400.0 MB), 24.0 GB free',
    );
    const hybrid = checkPlan(() => {
      return { ...plan, expertSlots: 40, note: 'Experts stay behind.' };
    });
    assert.match(hybrid.detail, /; Experts stay behind$/);
    const full = checkPlan(() => ({ ...plan, fits: false, freeBytes: 1e9 }));
    assert.equal(full.state, 'warning');
    assert.match(full.remedy ?? '', /lacuna\.contextLength/);
  });

  it('says why there is no plan', () => {
    const check = checkPlan(() => {
      throw new EngineError('it has weights of type X', 'Use another file.');
    });
    assert.equal(check.detail, 'the model cannot run on the GPU: it has weights of type X');
    assert.deepEqual([check.state, check.remedy], ['warning', 'Use another file.']);
  });

  it('says where the model runs, and why', () => {
    const info = {
      ...{ model: 'm', path: 'p', device: 'cpu (AVX2, 2 threads)', contextLength: 1 },
      ...{ fim: 'psm' as const, deviceReason: 'there is no GPU' },
    };
    const check = checkDevice(info);
    assert.deepEqual([check.state, check.detail], ['ok', 'cpu (AVX2, 2 threads): there is no GPU']);
    assert.equal(checkDevice({ ...info, deviceRemedy: 'Buy one.' }).state, 'problem');
  });
});
