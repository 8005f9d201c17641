import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CompletionCache,
  type CachedAnswer,
  type CachePlace,
} from '../../../../server/completion/cache/completion-cache.js';
import { cursorText } from '../../../support/cursor.js';

function place(marked: string, over: Partial<CachePlace> = {}): CachePlace {
  const { text, offset } = cursorText(marked);
  const [prefix, suffix] = [text.slice(0, offset), text.slice(offset)];
  return { uri: 'file:///a.ts', variant: 'm', prefix, suffix, ...over };
}

const answer = (text: string, replaced = 0): CachedAnswer => ({
  ...{ text, replaced },
  shape: 'line',
  tokens: [],
  statementEnds: [],
});

function filled(...entries: readonly (readonly [string, string])[]): CompletionCache {
  const cache = new CompletionCache();
  for (const [marked, text] of entries) cache.set(place(marked), answer(text));
  return cache;
}

describe('completion cache', () => {
  it('answers at the same place', () => {
    const cache = filled(['f(█);', 'a, b']);
    assert.deepEqual(cache.get(place('f(█);')), answer('a, b'));
  });

  it('answers with the rest while what is typed is what was suggested', () => {
    const cache = filled(['const x = █;', 'compute(a, b)']);
    assert.equal(cache.get(place('const x = compute(█;'))?.text, 'a, b)');
    assert.equal(cache.get(place('const x = compute(a, █;'))?.text, 'b)');
    assert.equal(cache.get(place('const x = compute(b█;')), undefined);
  });

  it('answers over the end of a line', () => {
    const cache = filled(['  if (a) {█', '\n    b();\n    c();\n  }']);
    assert.equal(cache.get(place('  if (a) {\n    b();\n█'))?.text, '    c();\n  }');
  });

  it('asks the model again where a suggestion was typed to its end', () => {
    const cache = filled(['a = █', 'b;'], ['{█', ' a\n']);
    assert.equal(cache.get(place('a = b;█')), undefined);
    assert.equal(cache.get(place('{ a█')), undefined);
  });

  it('remembers that there was nothing to offer, at that place alone', () => {
    const cache = filled(['a█', '']);
    assert.equal(cache.get(place('a█'))?.text, '');
    assert.equal(cache.get(place('ab█')), undefined);
  });

  it('prefers the answer that was given nearest to the cursor', () => {
    const cache = filled(['a█', 'bcd'], ['ab█', 'cxy']);
    assert.equal(cache.get(place('abc█'))?.text, 'xy');
  });

  it('falls back to an earlier answer where the nearest one does not fit', () => {
    const cache = filled(['a█', 'bcd'], ['ab█', 'x']);
    assert.equal(cache.get(place('abc█'))?.text, 'd');
  });

  it('never answers for another file, suffix or model', () => {
    const cache = filled(['f(█);\n', 'a']);
    assert.equal(cache.get(place('f(█);\n', { uri: 'file:///b.ts' })), undefined);
    assert.equal(cache.get(place('f(█);\n', { variant: 'n' })), undefined);
    assert.equal(cache.get(place('f(█));\n')), undefined);
    assert.equal(cache.get(place('f(█);\n ')), undefined);
  });

  it('keeps what a completion replaces behind the cursor', () => {
    const cache = new CompletionCache();
    cache.set(place('f(█);'), answer('a).b()', 1));
    assert.deepEqual(cache.get(place('f(a█);')), answer(').b()', 1));
  });

  it('forgets a document that is closed, and everything when it is cleared', () => {
    const cache = filled(['a█', 'b']);
    cache.set(place('a█', { uri: 'file:///b.ts' }), answer('c'));
    cache.forget('file:///a.ts');
    assert.equal(cache.get(place('a█')), undefined);
    assert.equal(cache.get(place('a█', { uri: 'file:///b.ts' }))?.text, 'c');
    cache.clear();
    assert.deepEqual([cache.size, cache.bytes], [0, 0]);
  });

  it('drops what was used least recently', () => {
    const cache = new CompletionCache(16_000);
    const at = (n: number) => place(`${n}${'x'.repeat(1000)}█`);
    for (let n = 0; n < 6; n++) cache.set(at(n), answer('y'));
    cache.get(at(0));
    for (let n = 6; n < 9; n++) cache.set(at(n), answer('y'));
    assert.ok(cache.get(at(0)));
    assert.equal(cache.get(at(1)), undefined);
    assert.ok(cache.bytes <= 16_000);
  });

  it('keeps no answer that would push out too many others', () => {
    const cache = new CompletionCache(1000);
    cache.set(place(`${'x'.repeat(1000)}█`), answer('y'));
    assert.equal(cache.size, 0);
  });

  it('keeps a long suffix once for many keystrokes', () => {
    const cache = new CompletionCache();
    const suffix = 'x'.repeat(100_000);
    for (let typed = 1; typed <= 50; typed++)
      cache.set(place(`${'a'.repeat(typed)}█${suffix}`), answer('b'));
    assert.ok(cache.bytes < 250_000, `${cache.bytes} bytes`);
  });

  describe('beside a list that is searched from end to end', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '😀'), maxLength: 5 });
    const somewhere = fc.record({
      uri: fc.constantFrom('file:///a', 'file:///b'),
      variant: fc.constantFrom('m', 'n'),
      prefix: part,
      suffix: fc.constantFrom('', 'a', '\n'),
    });
    const command = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), place: somewhere, text: part }),
      fc.record({ kind: fc.constant('get' as const), place: somewhere }),
      fc.record({ kind: fc.constant('forget' as const), place: somewhere }),
    );
    const commands = fc.array(command, { maxLength: 60, size: 'max' });

    it('gives the same answers', () => {
      fc.assert(
        fc.property(commands, (all) => {
          const cache = new CompletionCache();
          let list: { place: CachePlace; text: string }[] = [];
          for (const each of all) {
            const { uri, variant, prefix, suffix } = each.place;
            if (each.kind === 'forget') {
              cache.forget(uri);
              list = list.filter((kept) => kept.place.uri !== uri);
            } else if (each.kind === 'set') {
              cache.set(each.place, answer(each.text));
              list = list.filter((kept) => kept.place.uri !== uri || kept.place.prefix !== prefix);
              list.push(each);
            }
            const fits = list
              .filter(
                (kept) =>
                  kept.place.uri === uri &&
                  kept.place.variant === variant &&
                  kept.place.suffix === suffix &&
                  prefix.startsWith(kept.place.prefix) &&
                  (kept.place.prefix + kept.text).startsWith(prefix),
              )
              .map((kept) => ({
                typed: prefix.length - kept.place.prefix.length,
                rest: kept.text.slice(prefix.length - kept.place.prefix.length),
              }))
              .filter(({ typed, rest }) => typed === 0 || rest.trim() !== '')
              .sort((a, b) => a.typed - b.typed);
            assert.equal(cache.get(each.place)?.text, fits[0]?.rest);
          }
        }),
      );
    });

    it('never takes more than its capacity, and has none left over at the end', () => {
      fc.assert(
        fc.property(commands, fc.integer({ min: 500, max: 4000 }), (all, capacity) => {
          const cache = new CompletionCache(capacity);
          for (const each of all) {
            if (each.kind === 'set') cache.set(each.place, answer(each.text));
            else if (each.kind === 'get') cache.get(each.place);
            else cache.forget(each.place.uri);
            assert.ok(cache.bytes <= capacity);
          }
          cache.clear();
          assert.deepEqual([cache.size, cache.bytes], [0, 0]);
        }),
      );
    });
  });
});
