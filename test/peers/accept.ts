/** What a person sees of a completion: the document once it was accepted. */
import assert from 'node:assert/strict';
import { positionOf, applied } from '../properties/item-rules.js';
import { serverUnderTest, type InProcessServer } from '../protocol/in-process.js';
import { cursorText } from '../support/cursor.js';
import { ScriptedEngine, type ScriptedEngineOptions } from '../support/scripted-engine.js';

export interface Case {
  readonly name: string;
  /** The document, █ for the cursor. */
  readonly at: string;
  /** What the model says. */
  readonly says: string;
  /** The document once the completion was accepted; the same as before where nothing is offered. */
  readonly gives: string;
  readonly language?: string;
}

const extensions: Readonly<Record<string, string>> = { typescript: 'ts', python: 'py', go: 'go' };

/** A document in an editor whose model says `answer`. */
export async function opened(server: InProcessServer, marked: string, language = 'typescript') {
  const { text, offset } = cursorText(marked);
  const uri = `file:///project/file.${extensions[language] ?? 'txt'}`;
  await server.client.initialize({ initializationOptions: { debounce: 0 } });
  await server.client.open(uri, language, text);
  return { uri, text, position: positionOf(text, offset) };
}

/** Checks each case by hand and while typing: both ask the same of the model and show the same. */
export function check(cases: readonly Case[], options: Partial<ScriptedEngineOptions> = {}): void {
  const { start, dispose } = serverUnderTest();
  afterEach(dispose);
  for (const { name, at, says, gives, language } of cases)
    it(name, async () => {
      const server = start(new ScriptedEngine({ ...options, answer: says }));
      const { uri, text, position } = await opened(server, at, language);
      const { items } = await server.client.inlineComplete(uri, position, 1);
      const [first] = items;
      const after = first?.range
        ? applied(text, { text: first.insertText as string, range: first.range })
        : text;
      assert.equal(after, gives);
    });
}
