/** What the KV cache keeps, shares and forgets. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { testingAddon, type PrefixTree } from '../addons.js';

const PAGE = 64;

const makeTree = (pages: number): PrefixTree => new (testingAddon().PrefixTree)(pages);

/** `length` tokens that differ from those of another `seed` from `from` on. */
function text(length: number, seed = 0, from = 0): Int32Array {
  return Int32Array.from({ length }, (_, i) => (i % 97) + (i >= from ? seed * 100 : 0));
}

/** Everything that `tokens` still lacks is computed, then let go of unless `keep` is asked for. */
function compute(tree: PrefixTree, tokens: Int32Array, keep = false): number {
  const id = tree.acquire(tokens);
  const { length, intact } = tree.branch(id, tokens);
  assert.ok(intact);
  assert.ok(tree.reserve(id, tokens.length));
  tree.publish(id, tokens.subarray(length));
  if (!keep) tree.release(id);
  return id;
}

function commonLength(a: Int32Array, b: Int32Array): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** Every page is free, in one node, or reserved by one branch. */
function assertWhole(tree: PrefixTree, branches: Iterable<number>): void {
  const nodes = tree.nodes();
  const usage = tree.usage();
  const inNodes = nodes.map(({ page }) => page);
  const reserved = [...branches].flatMap((id) =>
    tree.branch(id, new Int32Array(0)).pages.filter((page) => !inNodes.includes(page)),
  );
  const used = [...inNodes, ...reserved];
  assert.equal(new Set(used).size, used.length, 'a page is used twice');
  assert.equal(used.length + usage.free, usage.total, 'a page is lost');
  assert.equal(usage.free + usage.held + usage.cached, usage.total);
  assert.equal(usage.cached, nodes.filter(({ users }) => users === 0).length);
  assert.equal(usage.shared, nodes.filter(({ users }) => users > 1).length);
  for (const { parent, users, tokens } of nodes) {
    assert.ok(tokens.length >= 1 && tokens.length <= PAGE);
    const above = nodes.find(({ page }) => page === parent);
    assert.ok(above === undefined || above.tokens.length === PAGE, 'a page follows a partial one');
    assert.ok(above === undefined || above.users >= users, 'a child outlives its parent');
  }
}

describe('the prefix tree', () => {
  it('finds what was computed, also inside a page', () => {
    const tree = makeTree(8);
    compute(tree, text(150));
    assert.equal(tree.match(text(200)), 150);
    assert.equal(tree.match(text(150)), 150);
    assert.equal(tree.match(text(70)), 70);
    assert.equal(tree.match(text(150, 1, 100)), 100);
    assert.equal(tree.match(text(150, 1)), 0);
    assert.equal(tree.match(new Int32Array(0)), 0);
  });

  it('shares whole pages between forks, and copies the one in which they part', () => {
    const tree = makeTree(8);
    const first = compute(tree, text(150), true);
    const fork = text(180, 1, 140);
    const second = compute(tree, fork, true);
    const pages = tree.branch(first, text(150)).pages;
    const others = tree.branch(second, fork).pages;
    assert.deepEqual(others.slice(0, 2), pages.slice(0, 2));
    assert.notEqual(others[2], pages[2]);
    assert.ok(tree.branch(first, text(150)).intact && tree.branch(second, fork).intact);
    assert.deepEqual(tree.usage(), { total: 8, free: 4, held: 4, shared: 2, cached: 0 });
    tree.release(first);
    assert.deepEqual(tree.usage(), { total: 8, free: 4, held: 3, shared: 0, cached: 1 });
    tree.release(second);
    assert.deepEqual(tree.usage(), { total: 8, free: 4, held: 0, shared: 0, cached: 4 });
  });

  it('lets a sequence that is still growing be shared', () => {
    const tree = makeTree(8);
    const growing = tree.acquire(text(0));
    tree.reserve(growing, 200);
    tree.publish(growing, text(100));
    const other = tree.acquire(text(200));
    assert.deepEqual(tree.branch(other, text(200)).length, 100);
    tree.publish(growing, text(200).subarray(100));
    assert.ok(tree.branch(other, text(200)).intact);
    assert.equal(tree.match(text(200)), 200);
    assert.equal(tree.usage().shared, 1);
  });

  it('extends a partly filled page where it stands if nobody else uses it', () => {
    const tree = makeTree(2);
    compute(tree, text(100));
    compute(tree, text(120));
    assert.equal(tree.match(text(120)), 120);
    assert.equal(tree.usage().free, 0);
  });

  it('forgets the least recently used leaf first, and a beginning after its ends', () => {
    const tree = makeTree(4);
    compute(tree, text(128, 1));
    compute(tree, text(128, 2));
    compute(tree, text(64, 1)); // used again: the beginning of the first only
    compute(tree, text(64, 3));
    assert.deepEqual(
      [1, 2, 3].map((seed) => tree.match(text(128, seed))),
      [64, 128, 64],
    );
    compute(tree, text(64, 4));
    assert.deepEqual(
      [1, 2, 3].map((seed) => tree.match(text(128, seed))),
      [64, 64, 64],
    );
    compute(tree, text(64, 5));
    assert.deepEqual(
      [1, 2, 3].map((seed) => tree.match(text(128, seed))),
      [64, 0, 64],
    );
  });

  it('never takes a page from a sequence that uses it', () => {
    const tree = makeTree(3);
    const held = compute(tree, text(150), true);
    const other = tree.acquire(text(64, 1));
    assert.equal(tree.reserve(other, 64), false);
    assert.deepEqual(tree.branch(other, text(64, 1)).pages, []);
    assert.ok(tree.branch(held, text(150)).intact);
    tree.release(held);
    assert.equal(tree.reserve(other, 64), true);
  });

  it('gives what can be had where there is not enough', () => {
    const tree = makeTree(3);
    const branch = tree.acquire(text(0));
    assert.equal(tree.reserve(branch, 300), false);
    assert.equal(tree.branch(branch, text(0)).pages.length, 3);
    tree.release(branch);
    assert.equal(tree.usage().free, 3);
  });

  it('cuts a leaf back in place when there is no page to copy it into', () => {
    const tree = makeTree(2);
    compute(tree, text(128));
    const fork = text(128, 1, 100);
    compute(tree, fork);
    assert.equal(tree.match(fork), 128);
    assert.equal(tree.match(text(128)), 100);
  });

  it('ends a branch before a page that it can neither copy nor cut', () => {
    const tree = makeTree(2);
    const held = compute(tree, text(128), true);
    const fork = tree.acquire(text(128, 1, 100));
    assert.equal(tree.branch(fork, text(128)).length, 64);
    assert.ok(tree.branch(held, text(128)).intact);
  });

  it('keeps one of two equal branches once both are done', () => {
    const tree = makeTree(12);
    const [a, b] = [tree.acquire(text(0)), tree.acquire(text(0))];
    for (const id of [a, b]) {
      tree.reserve(id, 200);
      tree.publish(id, text(200));
    }
    assert.equal(tree.nodes().length, 8);
    tree.release(a);
    assert.equal(tree.nodes().length, 4);
    const longer = compute(tree, text(300), true);
    tree.release(b);
    assert.ok(tree.branch(longer, text(300)).intact);
    tree.release(longer);
    assert.equal(tree.nodes().length, 5);
    assertWhole(tree, []);
  });

  it('joins what followed each of two equal pages', () => {
    const tree = makeTree(12);
    const texts = [text(150, 1, 70), text(150, 2, 70)];
    const ids = texts.map((tokens) => {
      const id = tree.acquire(text(0));
      tree.reserve(id, 150);
      return { id, tokens };
    });
    for (const { id, tokens } of ids) tree.publish(id, tokens);
    for (const { id } of ids) tree.release(id);
    assert.deepEqual(
      texts.map((tokens) => tree.match(tokens)),
      [150, 150],
    );
    assert.equal(tree.nodes().length, 5);
  });

  for (const [name, pages] of [
    ['while there is room', 400],
    ['while it must forget', 9],
  ] as const) {
    it(`agrees with a plain list of all texts, ${name}`, () => {
      const step = fc.record({
        kind: fc.constantFrom('open', 'open', 'grow', 'grow', 'grow', 'close', 'look'),
        which: fc.nat(5),
        base: fc.nat(2),
        fork: fc.nat(220),
        length: fc.nat(260),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
          const tree = makeTree(pages);
          const branches = new Map<number, Int32Array>();
          const known: Int32Array[] = [];
          const longest = (tokens: Int32Array) =>
            Math.max(0, ...known.map((other) => commonLength(other, tokens)));
          for (const { kind, which, base, fork, length } of steps) {
            const tokens = text(length, base, fork);
            const [id, own] = [...branches][which % Math.max(1, branches.size)] ?? [0, tokens];
            if (kind === 'open') {
              branches.set(tree.acquire(tokens), tokens);
            } else if (kind === 'close' && branches.delete(id)) {
              tree.release(id);
            } else if (kind === 'grow' && branches.has(id)) {
              const { length: done } = tree.branch(id, own);
              const end = Math.min(own.length, done + 1 + (fork % 90));
              if (tree.reserve(id, end)) {
                tree.publish(id, own.subarray(done, end));
                known.push(own.subarray(0, end));
              }
            }
            const found = tree.match(tokens);
            if (pages > 100) assert.equal(found, longest(tokens));
            else assert.ok(found <= longest(tokens));
            for (const [branch, text] of branches) assert.ok(tree.branch(branch, text).intact);
            assertWhole(tree, branches.keys());
          }
          for (const id of branches.keys()) tree.release(id);
          assert.equal(tree.usage().held, 0);
          assertWhole(tree, []);
          // Whatever the tree claims to have is really there.
          for (const tokens of known) {
            const claimed = tree.match(tokens);
            const id = tree.acquire(tokens);
            const { length, intact } = tree.branch(id, tokens);
            assert.ok(intact && length <= claimed);
            tree.release(id);
          }
        }),
        { numRuns: 150 },
      );
    });
  }
});
