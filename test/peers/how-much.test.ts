/** Users of other tools: "never more than a line", "far too much". */
import { check } from './accept.js';

describe('how much is offered', () => {
  check([
    {
      name: 'is a whole body where a function begins',
      at: 'function add(a: number, b: number): number {\n  █\n}\n',
      says: 'const sum = a + b;\n  return sum;\n}\n\nfunction next() {}',
      gives:
        'function add(a: number, b: number): number {\n  const sum = a + b;\n  return sum;\n}\n',
    },
    {
      name: 'is a whole body behind a bracket that the editor has closed',
      at: 'function add(a: number, b: number): number {█}\n',
      says: '\n  const sum = a + b;\n  return sum;\n}\n\nfunction next() {}',
      gives:
        'function add(a: number, b: number): number {\n  const sum = a + b;\n  return sum;\n}\n',
    },
    {
      name: 'is the suite of a Python function, and not the next function',
      at: 'def add(a, b):\n    █\n',
      says: 'total = a + b\n    return total\n\n\ndef sub(a, b):\n    return a - b',
      gives: 'def add(a, b):\n    total = a + b\n    return total\n',
      language: 'python',
    },
    {
      name: 'is the rest of the line in the middle of one',
      at: 'const total = █\nuse(total);\n',
      says: 'a + b;\nconst other = 1;\nconst third = 2;',
      gives: 'const total = a + b;\nuse(total);\n',
    },
    {
      name: 'is one argument’s line inside a call',
      at: 'const shape = make(█);\n',
      says: 'first, second);\nconst other = make(third);',
      gives: 'const shape = make(first, second);\n',
    },
    {
      name: 'is the first round of a model that runs in circles',
      at: 'function f() {\n  █\n}\n',
      says: 'push(1);\n  '.repeat(30),
      gives: 'function f() {\n  push(1);\n}\n',
    },
    {
      name: 'is nothing where the model only says the line above again',
      at: 'import { a } from "a";\n█\n',
      says: 'import { a } from "a";',
      gives: 'import { a } from "a";\n\n',
    },
  ]);
});
