/** Which experts a token visits: both families' rules against a plain restatement, and hand-made cases. */
import assert from 'node:assert/strict';
import { assertClose, randomFloats } from '../../support/numbers.js';
import { testingAddon } from '../addons.js';
import type { RouteCall } from '../addons.js';
import { createRandom } from '../random.js';

const v2 = { groups: 1, groupsUsed: 1, sigmoid: false, normalize: false, scale: 1 } as const;

/** The rules in float64, by sorting everything. */
function expectedRoute(call: RouteCall): { experts: number[]; weights: number[] } {
  const logits = [...call.logits];
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, x) => total + Math.exp(x - largest), 0);
  const probabilities = logits.map((x) =>
    call.sigmoid ? 1 / (1 + Math.exp(-x)) : Math.exp(x - largest) / sum,
  );
  const choice = probabilities.map((p, e) => p + (call.bias?.[e] ?? 0));
  const perGroup = logits.length / call.groups;
  const scores = Array.from({ length: call.groups }, (_, g) => {
    const best = choice.slice(g * perGroup, (g + 1) * perGroup).sort((a, b) => b - a);
    return call.sigmoid ? best[0]! + (best[1] ?? 0) : best[0]!;
  });
  const byScore = (list: number[]) => (a: number, b: number) => list[b]! - list[a]! || a - b;
  const groups = new Set([...scores.keys()].sort(byScore(scores)).slice(0, call.groupsUsed));
  const allowed = [...choice.keys()].filter((e) => groups.has(Math.floor(e / perGroup)));
  const experts = allowed
    .sort(byScore(choice))
    .slice(0, call.used)
    .sort((a, b) => a - b);
  const total = experts.reduce((t, e) => t + probabilities[e]!, 0);
  return {
    experts,
    weights: experts.map((e) => (probabilities[e]! / (call.normalize ? total : 1)) * call.scale),
  };
}

describe('the router', () => {
  it('takes the most likely experts and does not renormalise (V2)', () => {
    const { experts, weights } = testingAddon().route({
      ...v2,
      used: 2,
      logits: Float32Array.of(0, 3, 1, 2),
    });
    assert.deepEqual([...experts], [1, 3]);
    assert.ok(weights[0]! + weights[1]! < 1);
  });

  it('limits the choice to the groups with the best single expert (V2, 236B)', () => {
    const logits = Float32Array.of(9, 0, 0, 0, 5, 5, 5, 5);
    const { experts } = testingAddon().route({ ...v2, used: 2, groups: 2, groupsUsed: 1, logits });
    assert.deepEqual([...experts], [0, 1]);
  });

  it('limits the choice to the groups with the best pair (V3)', () => {
    const logits = Float32Array.of(2, -9, -9, -9, 1, 1, -9, -9);
    const call = {
      logits,
      used: 2,
      groups: 2,
      groupsUsed: 1,
      sigmoid: true,
      normalize: true,
      scale: 2.5,
    };
    const { experts, weights } = testingAddon().route(call);
    assert.deepEqual([...experts], [4, 5]);
    assertClose(weights, [1.25, 1.25], 1e-6);
  });

  it('chooses with the bias and weighs without it', () => {
    const call = {
      logits: Float32Array.of(0, 0, 0, 0),
      bias: Float32Array.of(0, 0, 0.5, 0),
      used: 1,
      groups: 1,
      groupsUsed: 1,
      sigmoid: true,
      normalize: false,
      scale: 1,
    };
    const { experts, weights } = testingAddon().route(call);
    assert.deepEqual([...experts], [2]);
    assertClose(weights, [0.5], 1e-6);
  });

  it('prefers the lower index among equals', () => {
    const { experts } = testingAddon().route({ ...v2, used: 3, logits: new Float32Array(8) });
    assert.deepEqual([...experts], [0, 1, 2]);
  });

  it('follows the rules on random inputs of many shapes', () => {
    const random = createRandom(5);
    for (const [count, used, groups, groupsUsed] of [
      [64, 6, 1, 1],
      [160, 6, 8, 3],
      [256, 8, 8, 4],
      [5, 5, 1, 1],
      [6, 2, 3, 1],
      [4, 1, 4, 2],
    ] as const) {
      for (const sigmoid of [false, true]) {
        for (let i = 0; i < 20; i++) {
          const bias = sigmoid ? { bias: randomFloats(random, count, 0.1) } : {};
          const call = {
            logits: randomFloats(random, count, 3),
            ...bias,
            used,
            groups,
            groupsUsed,
            sigmoid,
            normalize: sigmoid,
            scale: 16,
          };
          const actual = testingAddon().route(call);
          const expected = expectedRoute(call);
          assert.deepEqual([...actual.experts], expected.experts);
          assertClose(actual.weights, expected.weights, 1e-5);
        }
      }
    }
  });

  it('survives logits that are not numbers', () => {
    const { experts } = testingAddon().route({
      ...v2,
      used: 2,
      logits: new Float32Array(4).fill(NaN),
    });
    assert.equal(experts.length, 2);
    assert.ok([...experts].every((e) => e >= 0 && e < 4));
  });
});
