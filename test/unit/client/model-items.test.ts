import assert from 'node:assert/strict';
import { modelItems } from '../../../client/features/model-items.js';
import { english } from '../../../client/translate.js';
import type { FoundModel } from '../../../protocol/index.js';

const lite: FoundModel = {
  path: '/models/lite.gguf',
  name: 'lite-base',
  program: 'Ollama',
  bytes: 10.4e9,
  architecture: 'deepseek2',
  weightType: 'Q4_K',
  contextLength: 163840,
  completes: true,
  chats: false,
  memoryBytes: 10.6e9,
};

const item = (model: Partial<FoundModel>, availableBytes = 20e9, current = '') => {
  const [only] = modelItems({ models: [{ ...lite, ...model }], availableBytes }, current, english);
  assert.ok(only);
  return only;
};

describe('model picker', () => {
  it('says what a model can do, what it needs and what is free', () => {
    const { label, description, detail } = item({});
    assert.equal(label, '$(sparkle) lite-base');
    assert.equal(description, 'Ollama · 10.4 GB · Q4_K');
    assert.equal(
      detail,
      'completes · trained for 163840 tokens · needs about 10.6 GB of 20.0 GB free',
    );
  });

  it('warns of a model that needs more memory than is free', () => {
    assert.match(
      item({}, 8e9).detail,
      /needs about 10\.6 GB, more than the 8\.0 GB that are free$/,
    );
  });

  it('marks the model that is set', () => {
    assert.equal(item({}, 20e9, lite.path).label, '$(check) lite-base');
  });

  it('tells a model that answers from one that completes', () => {
    const { label, detail } = item({
      completes: false,
      chats: true,
      problem: { message: 'It answers.', remedy: 'Use Base.' },
    });
    assert.equal(label, '$(comment) lite-base');
    assert.match(detail, /^answers, but does not complete · /);
  });

  it('says what is wrong with a file, and what to do', () => {
    const problem = { message: 'It is cut into 3 files.', remedy: 'Join them.' };
    const { label, detail } = item({ completes: false, problem });
    assert.equal(label, '$(warning) lite-base');
    assert.equal(detail, 'It is cut into 3 files. Join them.');
  });

  it('lets no name of a file become an icon', () => {
    assert.doesNotMatch(item({ name: '$(bug) model' }).label, /\$\(bug\)/);
  });
});
