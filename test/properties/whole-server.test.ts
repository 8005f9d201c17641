import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PromptPlan } from '../../server/engine/contract.js';
import { InProcessServer } from '../protocol/in-process.js';
import { inlineCapabilities } from '../protocol/lsp-client.js';
import { ScriptedEngine } from '../support/scripted-engine.js';
import { MadeUpEditor, type Door } from './made-up-editor.js';
import { script, type Step } from './script.js';
import { answerOf, documentText, longLine, sayings, type Saying } from './texts.js';

interface Session {
  readonly fim: 'psm' | 'spm';
  readonly door: Door;
  readonly contextLength: number;
  readonly languageId: string;
  readonly text: string;
  /** Where the cursor stands at first, as a share of the text. */
  readonly at: number;
  readonly steps: readonly Step[];
  /** What the model says, by turns. */
  readonly answers: readonly (readonly Saying[])[];
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const languageId = fc.constantFrom('typescript', 'python', 'cpp', 'ruby', 'plaintext');
const answers = fc.array(sayings, { minLength: 1, maxLength: 4 });

describe('any edits through the whole server', function () {
  this.timeout(300_000);

  for (const fim of ['psm', 'spm'] as const)
    for (const door of ['inline', 'list'] as const) {
      it(`never break an item or a document: ${fim}, ${door}`, async () => {
        const session = fc.record({
          text: documentText,
          at: share,
          languageId,
          steps: script,
          answers,
        });
        await fc.assert(
          fc.asyncProperty(session, async (made) => {
            const seen = await play({ ...made, fim, door, contextLength: 100_000 });
            for (const prefix of seen.prefixes)
              assert.ok(seen.asked.has(prefix), `the model read ${JSON.stringify(prefix)}`);
          }),
          { numRuns: 80 },
        );
      });

      it(`never break an item or a document with lines of a megabyte: ${fim}, ${door}`, async () => {
        const steps = script.map((all) => all.slice(0, 4));
        const session = fc.record({ text: longLine, at: share, languageId, steps, answers });
        await fc.assert(
          fc.asyncProperty(session, async (made) => {
            const seen = await play({ ...made, fim, door, contextLength: 2048 });
            const all = [...seen.asked];
            for (const prefix of seen.prefixes)
              assert.ok(
                all.some((asked) => asked.endsWith(prefix)),
                'the model reads what is there',
              );
          }),
          { numRuns: 5 },
        );
      });
    }
});

interface Seen {
  /** What the model has read before each hole … */
  readonly prefixes: ReadonlySet<string>;
  /** … and what it should have, for every time that somebody asked. */
  readonly asked: ReadonlySet<string>;
}

/** Plays what happens in an editor against a server of its own; everything that is offered is checked. */
async function play(session: Session): Promise<Seen> {
  const { fim, door, contextLength, languageId, text, at, steps, answers } = session;
  const uri = 'file:///project/any.txt';
  const prefixes = new Set<string>();
  const engine: ScriptedEngine = new ScriptedEngine({
    info: { fim, contextLength },
    answer: (plan, { lane, sampling }) => {
      const { prefix, suffix } = shown(plan, uri);
      if (lane === 'inline' && !sampling) prefixes.add(prefix);
      return answerOf(answers[engine.requests.length % answers.length]!, prefix, suffix);
    },
  });
  const server = new InProcessServer(engine);
  try {
    const capabilities = door === 'inline' ? inlineCapabilities : { textDocument: {} };
    await server.client.initialize({ capabilities, initializationOptions: { debounce: 0 } });
    const editor = new MadeUpEditor(server, () => engine.requests.length, uri, door);
    await editor.openDocument(languageId, text, at);
    for (const step of steps) await editor.do(step);
    await editor.finish();
    return { prefixes, asked: editor.asked };
  } finally {
    await server.dispose();
  }
}

/** What a plan shows of the document around the hole: the prefix with what the answer begins with, and the suffix. */
function shown({ segments }: PromptPlan, uri: string): { prefix: string; suffix: string } {
  let prefix = '';
  let suffix = '';
  let inSuffix = false;
  for (const segment of segments) {
    if (segment.kind === 'special')
      inSuffix = segment.token === 'fimSuffix' || segment.token === 'fimSuffixFirst';
    else if (segment.kind !== 'text' || segment.source !== uri) continue;
    else if (inSuffix) suffix += segment.text;
    else prefix += segment.text;
  }
  return { prefix, suffix };
}
