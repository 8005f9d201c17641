import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../hole.js';
import type { ScriptedBackend } from './scripted-backend.js';

const answer = readFileSync(path.join(root, 'test/fixtures/chat-answer.md'), 'utf8');
const position = (line: number) => ({ line, character: 0 });

/** Gives a backend a conversation with everything in it that a page can show, and another one. */
export function fillBackend(backend: ScriptedBackend): void {
  backend.mentionItems = [
    { mention: '@selection', kind: 'selection', label: '@selection', detail: 'src/parse.ts:12–30' },
    { mention: '@problems', kind: 'problems', label: '@problems', detail: '3 in src/parse.ts' },
    { mention: '@diff', kind: 'diff', label: '@diff', detail: 'Working tree changes' },
    { mention: '@file:src/parse.ts', kind: 'file', label: 'parse.ts', detail: 'src/parse.ts' },
    { mention: '@symbol:parse', kind: 'symbol', label: 'parse', detail: 'src/parse.ts' },
  ];
  backend.proposal = {
    ...{ id: 'p1', title: 'Rewrite parse', uri: 'file:///w/src/parse.ts', version: 3 },
    ...{ creates: false, oldText: '', newText: '', model: 'tiny', attempts: 1, parsed: true },
    range: { start: position(0), end: position(9) },
    hunks: [
      {
        range: { start: position(3), end: position(5) },
        oldText: '  const text = read(path);\n  const again = read(path);\n',
        newText: "  const text = readFileSync(path, 'utf8'); // once\n",
      },
      {
        range: { start: position(8), end: position(8) },
        oldText: '',
        newText: '  return tokens;\n',
      },
    ],
  };
  const first = backend.turn(
    'How does @file:src/parse.ts read a line, and why is it slow? @problems',
    {
      answer,
      reasoning: 'The question is about **parse**, which reads twice.',
      sources: [
        {
          ...{ uri: 'file:///w/src/parse.ts', label: 'src/parse.ts', tokens: 612 },
          ...{ lines: { first: 11, last: 60 }, mention: '@file:src/parse.ts' },
        },
        { label: 'problems', mention: '@problems', tokens: 80 },
        {
          ...{ uri: 'file:///w/.env', label: '.env', mention: '@file:.env', tokens: 0 },
          note: 'Left out: it is named like a file with secrets.',
        },
      ],
    },
  );
  const stopped = backend.turn('And the error?', {
    ...{ answer: 'It stays the same, b', state: 'stopped' },
    usage: { droppedTurns: 1, prompt: 6200, resident: 6100 },
  });
  const failed = backend.turn('Again?', {
    ...{ answer: '', state: 'failed', usage: { droppedTurns: 1, prompt: 7700 } },
    error: { message: 'The model ran out of memory.', remedy: 'Choose a smaller context.' },
  });
  backend.add([first], 'Rename Token to Lexeme');
  backend.add([first, stopped, failed], 'Why parse is slow');
}
