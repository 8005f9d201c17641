import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EngineError } from '../../server/engine/contract.js';
import {
  addonCandidates,
  findPackageRoot,
  loadAddon,
} from '../../server/engine/native/load-addon.js';
import { packageRoot } from './addons.js';

describe('loading the native addon', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-package-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function makePackage(name: string, inside = ''): string {
    const root = path.join(folder, inside);
    mkdirSync(root, { recursive: true });
    writeFileSync(path.join(root, 'package.json'), JSON.stringify({ name }));
    return root;
  }

  function refusal(start: string): EngineError {
    try {
      loadAddon(start);
    } catch (error) {
      assert.ok(error instanceof EngineError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: 'the addon was loaded' });
  }

  it('finds it from this package', () => {
    assert.equal(typeof loadAddon(packageRoot).openModelFile, 'function');
    assert.equal(loadAddon(), loadAddon(packageRoot));
  });

  it('finds the package from a folder deep inside, past other packages', () => {
    const root = makePackage('lacuna');
    makePackage('another', 'dist');
    const deep = path.join(root, 'dist', 'server', 'engine');
    mkdirSync(deep, { recursive: true });
    writeFileSync(path.join(deep, 'package.json'), 'not JSON');
    assert.equal(findPackageRoot(deep), root);
  });

  it('says that the package cannot be found', () => {
    makePackage('another');
    assert.match(refusal(folder).message, /no folder above .* is the package lacuna/);
  });

  it('says for which platforms there are engines where none fits', () => {
    const root = makePackage('lacuna');
    for (const platform of ['plan9-x64', 'amiga-m68k'])
      mkdirSync(path.join(root, 'prebuilds', platform), { recursive: true });
    const error = refusal(root);
    assert.match(error.message, /no native engine for \w+-\w+, only for amiga-m68k, plan9-x64/);
    assert.match(error.remedy, /clone the repository and run `npm run build`/);
  });

  it('says to build in a clone where it is not built', () => {
    const root = makePackage('lacuna');
    writeFileSync(path.join(root, 'CMakeLists.txt'), '');
    const error = refusal(root);
    for (const candidate of addonCandidates(root)) assert.ok(error.message.includes(candidate));
    assert.match(error.remedy, /`npm run build`/);
  });

  it('says to build again where it does not load', () => {
    const root = makePackage('lacuna');
    const [built] = addonCandidates(root);
    mkdirSync(path.dirname(built!), { recursive: true });
    writeFileSync(built!, 'built on another system');
    const error = refusal(root);
    assert.match(error.message, /does not load/);
    assert.match(error.remedy, /`npm run build`/);
    assert.ok(error.cause instanceof Error);
  });
});
