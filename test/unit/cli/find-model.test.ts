import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import path from 'node:path';
import { findModel } from '../../../server/models/find-model.js';
import { inFolder, repository } from '../../support/run-cli.js';

const all = { flag: '/flag', environment: '/env', setting: '/setting', packageRoot: repository };

describe('finding the model', () => {
  it('prefers the flag, then LACUNA_MODEL, then the setting, then the embedded model', () => {
    assert.equal(findModel(all).path, path.resolve('/flag'));
    assert.equal(findModel({ ...all, flag: '' }).path, path.resolve('/env'));
    assert.equal(findModel({ ...all, flag: '', environment: '' }).path, path.resolve('/setting'));
    const embedded = findModel({ packageRoot: repository });
    assert.match(embedded.path, /model.lacuna-.*\.gguf$/);
    assert.equal(embedded.from, 'the embedded model');
  });

  it('takes a flag from the current folder, and ~ from the home folder', () => {
    assert.equal(findModel({ ...all, flag: 'a.gguf' }).path, path.resolve('a.gguf'));
    assert.equal(findModel({ ...all, flag: '~/a.gguf' }).path, path.join(homedir(), 'a.gguf'));
  });

  it('refuses a setting that is relative to nothing', () => {
    const names = { setting: 'a.gguf', packageRoot: repository };
    assert.throws(() => findModel(names), /relative path a\.gguf/);
  });

  it('says what to do where no model is embedded', () =>
    inFolder({ 'other.gguf': '' }, (packageRoot) => {
      assert.throws(() => findModel({ packageRoot }), /no embedded model/);
      return Promise.resolve();
    }));
});
