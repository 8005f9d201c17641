import assert from 'node:assert/strict';
import { LruCache } from '../../../server/engine/tokenizer/lru-cache.js';

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
});
