import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RadixTrie, type TrieEntry } from '../../../../server/completion/cache/radix-trie.js';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '😀'), maxLength: 8 });

describe('radix trie', () => {
  it('finds the keys that a text begins with, the longest first', () => {
    const trie = new RadixTrie<number>();
    for (const [value, key] of ['', 'const', 'const a', 'const b', 'con'].entries())
      trie.set(key, value);
    const found = trie.prefixesOf('const a = 1').map(({ entry, length }) => [entry.value, length]);
    assert.deepEqual(found, [
      [2, 7],
      [1, 5],
      [4, 3],
      [0, 0],
    ]);
  });

  it('does what a plain map does, and forgets all that it is told to', () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key: text }),
      fc.record({ kind: fc.constant('delete' as const), key: text }),
      fc.record({ kind: fc.constant('look' as const), key: text }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60, size: 'max' }), (commands) => {
        const trie = new RadixTrie<number>();
        const plain = new Map<string, TrieEntry<number>>();
        for (const [step, { kind, key }] of commands.entries()) {
          const entry = plain.get(key);
          if (kind === 'set') plain.set(key, trie.set(key, step));
          else if (kind === 'delete' && entry) {
            trie.delete(entry);
            trie.delete(entry);
            plain.delete(key);
          }
          const wanted = [...plain]
            .filter(([other]) => key.startsWith(other))
            .sort(([a], [b]) => b.length - a.length)
            .map(([other, { value }]) => ({ length: other.length, value }));
          const found = trie.prefixesOf(key);
          assert.deepEqual(
            found.map(({ length, entry: { value } }) => ({ length, value })),
            wanted,
          );
          assert.equal(trie.get(key), plain.get(key));
        }
        for (const entry of plain.values()) trie.delete(entry);
        assert.equal(trie.isEmpty, true);
        assert.equal(trie.bytes, 0);
      }),
    );
  });

  it('keeps the beginning that keys share once', () => {
    const trie = new RadixTrie<number>();
    const document = 'const a = 1;\n'.repeat(1000);
    trie.set(document, 0);
    const one = trie.bytes;
    for (let typed = 1; typed < 50; typed++) trie.set(document + 'x'.repeat(typed), typed);
    assert.ok(trie.bytes < 1.5 * one, `${trie.bytes} bytes for 50 keys, ${one} for one`);
  });

  it('leaves an entry alone that another has taken the place of', () => {
    const trie = new RadixTrie<number>();
    const first = trie.set('a', 1);
    trie.set('a', 2);
    trie.delete(first);
    assert.equal(trie.get('a')?.value, 2);
  });
});
