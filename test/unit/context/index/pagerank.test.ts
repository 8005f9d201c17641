import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  fileGraph,
  joinGraphs,
  nameWeight,
} from '../../../../server/context/index/rank/file-graph.js';
import { pageRank } from '../../../../server/context/index/rank/pagerank.js';
import { rankNames } from '../../../../server/context/index/rank/repository-map.js';

const NAMES = 12;
const names = fc.uniqueArray(fc.nat(NAMES - 1));
const file = fc.record({
  defined: names,
  used: names.map((list) => list.flatMap((name) => [name, 1 + (name % 5)])),
});
const files = fc.array(file, { minLength: 1, maxLength: 15 });
const graphOf = (list: Parameters<typeof fileGraph>[0]) => fileGraph(list, NAMES, () => 1).graph;
const ones = (count: number) => new Float64Array(count).fill(1);
const near = (one: number, other: number) => Math.abs(one - other) < 1e-9;

describe('page rank', () => {
  it('settles, with ranks that are not negative and together 1', () => {
    fc.assert(
      fc.property(files, fc.infiniteStream(fc.nat(3)), (list, stream) => {
        const graph = graphOf(list);
        const start = Float64Array.from(list, () => stream.next().value as number);
        const { files: rank, converged } = pageRank(graph, ones(graph.names), start, {
          iterations: 1000,
        });
        assert.ok(converged);
        assert.ok(rank.every((each) => each >= 0));
        assert.ok(
          near(
            rank.reduce((sum, each) => sum + each, 0),
            1,
          ),
        );
      }),
    );
  });

  it('does not depend on the order of the files', () => {
    const shuffled = files.chain((list) =>
      fc.record({
        list: fc.constant(list),
        order: fc.shuffledSubarray([...list.keys()], { minLength: list.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ list, order }) => {
        const start = Float64Array.from(list, (_, at) => at % 3);
        const graph = graphOf(list);
        const rank = pageRank(graph, ones(graph.names), start, { iterations: 1000 }).files;
        const other = graphOf(order.flatMap((at) => list[at] ?? []));
        const otherStart = Float64Array.from(order, (at) => start[at] ?? 0);
        const moved = pageRank(other, ones(other.names), otherStart, { iterations: 1000 }).files;
        order.forEach((at, place) => {
          assert.ok(Math.abs((moved[place] ?? 0) - (rank[at] ?? 0)) < 1e-5);
        });
      }),
    );
  });

  it('gives the ranks of a small graph that can be reckoned by hand', () => {
    // 0 uses what 1 defines, and 1 what 2 defines; 2 leads nowhere.
    const graph = graphOf([
      { defined: [], used: [0, 1] },
      { defined: [0], used: [1, 1] },
      { defined: [1], used: [] },
    ]);
    const { files: rank } = pageRank(graph, ones(2), Float64Array.of(1, 0, 0), {
      ...{ damping: 0.5, tolerance: 1e-12, iterations: 1000 },
    });
    // x, x/2 and x/4, together 1.
    for (const [at, share] of [4 / 7, 2 / 7, 1 / 7].entries())
      assert.ok(near(rank[at] ?? 0, share), `${at}: ${rank[at]}`);
  });

  it('shares an edge among the definers of a name, and takes a name of its own for its own', () => {
    const graph = graphOf([
      { defined: [], used: [0, 1] },
      { defined: [0], used: [0, 5] },
      { defined: [0], used: [] },
    ]);
    assert.deepEqual([...graph.usesFrom], [0, 1, 1, 1]);
    const { files: rank } = pageRank(graph, ones(1), Float64Array.of(1, 0, 0));
    assert.equal(rank[1], rank[2]);
  });
});

describe('joined graphs', () => {
  it('rank as each by itself does', () => {
    fc.assert(
      fc.property(files, files, (one, other) => {
        const both = joinGraphs([one, other].map((list) => fileGraph(list, NAMES, () => 1))).graph;
        const start = Float64Array.from({ length: both.files }, (_, at) =>
          at < one.length ? 1 : 0,
        );
        const rank = pageRank(both, ones(both.names), start).files;
        const alone = pageRank(graphOf(one), ones(graphOf(one).names), ones(one.length)).files;
        assert.ok(alone.every((each, at) => near(each, rank[at] ?? 0)));
        assert.ok(rank.subarray(one.length).every((each) => each === 0));
      }),
    );
  });
});

describe('ranked names', () => {
  // 0 is a tool that everybody uses, 1 is used by file 0 alone, 2 by file 1 alone.
  const graph = graphOf([
    { defined: [], used: [0, 1, 1, 1] },
    { defined: [], used: [0, 1, 2, 1] },
    { defined: [0], used: [] },
    { defined: [1], used: [] },
    { defined: [2], used: [] },
  ]);
  const none = { open: new Set<number>(), mentioned: [], without: new Set<number>() };
  const best = (viewpoint: Partial<typeof none>, limit = 3) =>
    rankNames(graph, { ...none, ...viewpoint }, limit).map(({ name }) => name);

  it('puts what many use first, where nobody looks from anywhere', () => {
    assert.equal(best({})[0], 0);
  });

  it('ranks only what open files lead to', () => {
    assert.deepEqual(best({ open: new Set([1]) }), [0, 2]);
  });

  it('raises what is mentioned', () => {
    assert.equal(best({ open: new Set([0, 1]), mentioned: [1] as never[] })[0], 1);
  });

  it('answers so many at most, and nothing of files that are not wanted', () => {
    assert.deepEqual(best({}, 1), [0]);
    assert.deepEqual(best({ without: new Set([2]) }), [1, 2]);
  });

  it('keeps the same best ones whatever the limit', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 1, max: 8 }), (list, limit) => {
        const all = rankNames(graphOf(list), none, 1000);
        assert.deepEqual(rankNames(graphOf(list), none, limit), all.slice(0, limit));
        for (const [at, { rank }] of all.entries()) assert.ok(rank <= (all[at - 1]?.rank ?? 1));
      }),
    );
  });
});

describe('weight of a name', () => {
  for (const [name, weight] of [
    ...[['sortItems', 10] as const, ['sort_items', 10] as const, ['sort-items', 10] as const],
    ...[['items', 1] as const, ['aB', 1] as const, ['_items', 0.1] as const],
    ['_sortItems', 1] as const,
  ])
    it(`of ${name} is ${weight}`, () => {
      assert.ok(near(nameWeight(name), weight));
    });
});
