import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { LruCache } from '../../../server/engine/tokenizer/lru-cache.js';
import { repository, runNode } from '../../support/run-cli.js';

describe('the cache of encoded text', () => {
  const filled = (...keys: string[]) => {
    const cache = new LruCache<string>(4);
    for (const key of keys) cache.set(key, key.toUpperCase(), 1);
    return cache;
  };

  it('drops what was not used for longest', () => {
    const cache = filled('a', 'b', 'c', 'd');
    assert.equal(cache.get('a'), 'A');
    cache.set('e', 'E', 1);
    assert.equal(cache.get('b'), undefined);
    assert.equal(cache.get('a'), 'A');
    assert.equal(cache.size, 4);
  });

  it('counts a replaced value once', () => {
    const cache = filled('a', 'b', 'c', 'a', 'a', 'a');
    assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], ['A', 'B', 'C']);
  });

  it('keeps no value that would push out many others', () => {
    const cache = filled('a', 'b');
    cache.set('heavy', 'H', 2);
    assert.equal(cache.get('heavy'), undefined);
    assert.equal(cache.size, 2);
  });

  it('keeps no document alive that was only asked about', async () => {
    const module = path.join(repository, 'dist/server/engine/tokenizer/lru-cache.js');
    const script = `
      import { LruCache } from ${JSON.stringify(pathToFileURL(module).href)};
      const cache = new LruCache(1000);
      const line = (i) => 'a line with the number ' + i;
      for (let i = 0; i < 50; i++) cache.set(line(i), i, 1);
      for (let i = 0; i < 50; i++) {
        const document = line(i) + '\\n' + 'x'.repeat(1e6);
        if (cache.get(document.slice(0, document.indexOf('\\n'))) !== i) throw new Error('lost');
      }
      gc();
      console.log(process.memoryUsage().heapUsed);`;
    const result = await runNode(['--expose-gc', '--input-type=module', '--eval', script]);
    assert.equal(result.code, 0, result.stderr);
    const megabytes = Number(result.stdout) / 1e6;
    assert.ok(megabytes < 25, `${megabytes} MB are held for 50 documents of 1 MB`);
  });
});
