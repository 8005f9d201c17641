import assert from 'node:assert/strict';
import type { Completion } from '../../../../server/completion/completion.js';
import { completeAt } from '../../../../server/completion/complete-at.js';
import type { ShapeThresholds } from '../../../../server/completion/confidence/thresholds.js';
import { unasked } from '../../../../server/completion/confidence/unasked.js';
import { documentOf, holeOf } from '../../../support/cursor.js';
import { openGate } from '../../../support/open-gate.js';
import { ScriptedEngine } from '../../../support/scripted-engine.js';

/** What `answer` is completed to at the cursor; every token has log-probability −1. */
async function completed(marked: string, answer: string): Promise<Completion> {
  const engine = new ScriptedEngine({ answer, logProbability: -1 });
  const [document, offset] = documentOf(marked);
  const options = { maxTokens: 64, maxLines: 8, gate: openGate };
  return completeAt(document, offset, engine, options, new AbortController().signal);
}

function both(whole: number, head: number): ShapeThresholds {
  return { line: { whole, head }, block: { whole, head } };
}

describe('a completion that nobody asked for', () => {
  it('is as it was where the model is sure enough', async () => {
    const completion = await completed('a = █', 'b(c)');
    assert.equal(unasked(completion, holeOf('a = █'), both(-4, -4)), completion);
  });

  it('is shorter where it is not', async () => {
    const { text, tokens } = unasked(
      await completed('a = █', 'b(c, d)'),
      holeOf('a = █'),
      both(-4, -3),
    );
    assert.equal(text, 'b(c');
    assert.equal(tokens.length, 3);
  });

  it('is empty where no beginning is', async () => {
    const { text, range } = unasked(
      await completed('a = █', 'b(c)'),
      holeOf('a = █'),
      both(-1, -0.5),
    );
    assert.equal(text, '');
    assert.deepEqual(range.end, range.start);
  });

  it('leaves the brackets behind the cursor in their place where it ends before its own', async () => {
    const marked = 'f(█)';
    const completion = await completed(marked, 'a).b;');
    assert.equal(completion.range.end.character, 3);
    const { text, range } = unasked(completion, holeOf(marked), both(-1, -1));
    assert.equal(text, 'a');
    assert.deepEqual(range.end, range.start);
  });

  it('has the line ends of the document, and puts a bracket behind it on its own line', async () => {
    const marked = 'if (a) {█}\r\n';
    const completion = await completed(marked, '\n  b();\n  c();\n}');
    const { text } = unasked(completion, holeOf(marked), both(-1, -6));
    assert.equal(text, '\r\n  b();\r\n');
  });
});
