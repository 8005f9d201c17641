import assert from 'node:assert/strict';
import { planText, ScriptedEngine } from '../support/scripted-engine.js';
import { serverUnderTest } from './in-process.js';

const uri = 'file:///project/a.ts';
const position = { line: 0, character: 4 };

describe('language server: candidates to choose from', () => {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);

  /** What is offered at `a = █;`, asked for by hand (1) or while typing (2). */
  async function offered(engine: ScriptedEngine, ...kinds: (1 | 2)[]) {
    const { client } = start(engine);
    await client.initialize({ initializationOptions: { debounce: 0 } });
    await client.open(uri, 'typescript', 'a = ;\n');
    let texts: unknown[] = [];
    for (const kind of kinds) {
      const { items } = await client.inlineComplete(uri, position, kind);
      texts = items.map(({ insertText }) => insertText);
    }
    return texts;
  }

  /** Answers `texts[0]` greedily and another one for each seed. */
  function answering(...texts: string[]) {
    return new ScriptedEngine({
      answer: (_, { sampling }) => texts[sampling ? sampling.seed! : 0]!,
    });
  }

  it('are three where somebody asks, the likeliest first, from one prompt', async () => {
    const engine = answering('first', 'second', 'third');
    assert.deepEqual(await offered(engine, 1), ['first', 'second', 'third']);
    const [greedy, ...drawn] = engine.inline;
    assert.equal(greedy?.options.sampling, undefined);
    for (const { plan, options, generation } of drawn) {
      assert.equal(planText(plan), planText(greedy!.plan));
      assert.ok(options.sampling!.temperature! > 0);
      const { residentTokens, promptTokens } = await generation.summary;
      assert.equal(residentTokens, promptTokens);
    }
  });

  it('are one while somebody types', async () => {
    const engine = answering('first', 'second', 'third');
    assert.deepEqual(await offered(engine, 2), ['first']);
    assert.equal(engine.inline.length, 1);
  });

  it('begin with what was shown already', async () => {
    const engine = answering('first', 'second', 'third');
    assert.deepEqual(await offered(engine, 2, 1), ['first', 'second', 'third']);
    assert.equal(engine.greedy.length, 1);
  });

  it('are first of all the lines that a search has found beside the likeliest, where the model searches', async () => {
    const engine = new ScriptedEngine({
      answer: (_, { sampling }) => (sampling ? `drawn${sampling.seed}` : 'first'),
      otherLines: ['second  ', 'first ', 'opens({', 'third', 'fourth'],
      info: { beam: 4 },
    });
    assert.deepEqual(await offered(engine, 2, 1), ['first', 'second', 'third']);
    assert.ok(engine.inline.every(({ options }) => options.sampling === undefined));
  });

  it('are drawn, too, where a search has found too few', async () => {
    const engine = new ScriptedEngine({
      answer: (_, { sampling }) => (sampling ? `drawn${sampling.seed}` : 'first'),
      otherLines: ['second'],
      info: { beam: 4 },
    });
    assert.deepEqual(await offered(engine, 1), ['first', 'second', 'drawn1']);
  });

  it('are all different once the filters have had their say', async () => {
    assert.deepEqual(await offered(answering('same', 'same  ', 'other;'), 1), ['same', 'other']);
  });

  it('are not lost to one that fails', async () => {
    const engine = new ScriptedEngine({
      answer: (_, { sampling }) => {
        if (sampling?.seed === 1) throw new Error('out of luck');
        return sampling ? 'other' : 'first';
      },
    });
    assert.deepEqual(await offered(engine, 1), ['first', 'other']);
  });

  it('are none where the likeliest is nothing', async () => {
    const engine = answering('', 'second', 'third');
    assert.deepEqual(await offered(engine, 1), []);
    assert.equal(engine.inline.length, 1);
  });
});
