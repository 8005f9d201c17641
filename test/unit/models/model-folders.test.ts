import assert from 'node:assert/strict';
import { modelFolders } from '../../../server/models/local/model-folders.js';

const machine = { platform: 'linux', home: '/home/ada', environment: {} } as const;
const of = (program: string, folders: ReturnType<typeof modelFolders>) =>
  folders.filter((folder) => folder.program === program).map(({ folder }) => folder);

describe('Folders of models', () => {
  it('are the usual ones of each program where nothing is set', () => {
    assert.deepEqual(
      modelFolders(machine).map(({ folder, layout }) => [folder, layout]),
      [
        ['/home/ada/.lmstudio/models', 'files'],
        ['/home/ada/.cache/lm-studio/models', 'files'],
        ['/home/ada/.ollama/models', 'ollama'],
        ['/usr/share/ollama/.ollama/models', 'ollama'],
        ['/home/ada/.cache/llama.cpp', 'files'],
        ['/home/ada/.cache/huggingface/hub', 'files'],
      ],
    );
  });

  it('are those that the environment names, in place of the usual ones', () => {
    const environment = {
      OLLAMA_MODELS: '/data/ollama',
      LLAMA_CACHE: '/data/llama',
      HF_HOME: '/data/hf',
      XDG_CACHE_HOME: '/data/cache',
    };
    const folders = modelFolders({ ...machine, environment });
    assert.deepEqual(of('Ollama', folders), ['/data/ollama']);
    assert.deepEqual(of('llama.cpp', folders), ['/data/llama']);
    assert.deepEqual(of('Hugging Face', folders), ['/data/hf/hub']);
    const hub = { ...environment, HF_HUB_CACHE: '/data/hub' };
    assert.deepEqual(of('Hugging Face', modelFolders({ ...machine, environment: hub })), [
      '/data/hub',
    ]);
  });

  it('follow LM Studio where its folder was moved', () => {
    const folders = modelFolders({ ...machine, lmStudioHome: '/data/lms' });
    assert.equal(of('LM Studio', folders)[0], '/data/lms/models');
  });

  it('are the system’s own caches on macOS, each folder once', () => {
    const folders = modelFolders({ ...machine, platform: 'darwin', home: '/Users/ada' });
    assert.deepEqual(of('llama.cpp', folders), ['/Users/ada/Library/Caches/llama.cpp']);
    const same = { LLAMA_CACHE: '/data', HF_HUB_CACHE: '/data' };
    const shared = modelFolders({ ...machine, environment: same });
    assert.equal(shared.filter(({ folder }) => folder === '/data').length, 1);
  });

  it('leave out what is no absolute path', () => {
    const folders = modelFolders({ ...machine, environment: { OLLAMA_MODELS: 'models' } });
    assert.deepEqual(of('Ollama', folders), []);
  });
});
