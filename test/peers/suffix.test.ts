/** Users of other tools: "the suffix is there twice", "duplicated closing brackets". */
import { check } from './accept.js';

describe('what stands behind the cursor', () => {
  check([
    {
      name: 'is not written again: a bracket',
      at: 'console.log(█)\n',
      says: 'x)',
      gives: 'console.log(x)\n',
    },
    {
      name: 'is not written again: two brackets and a semicolon',
      at: 'f(g(█));\n',
      says: 'x));',
      gives: 'f(g(x));\n',
    },
    {
      name: 'is not written again: the quote that the editor has closed',
      at: "import fs from '█'\n",
      says: "node:fs';",
      gives: "import fs from 'node:fs';\n",
    },
    {
      name: 'is not written again: the other arguments',
      at: 'setTimeout(█, 1000);\n',
      says: '() => done(), 1000);',
      gives: 'setTimeout(() => done(), 1000);\n',
    },
    {
      name: 'is not written again: the line below',
      at: 'function f() {\n  █\n  return x;\n}\n',
      says: 'x++;\n  return x;\n}',
      gives: 'function f() {\n  x++;\n  return x;\n}\n',
    },
    {
      name: 'is not written again: the brackets below',
      at: 'items.forEach((item) => {\n  █\n});\n',
      says: 'use(item);\n});\n\nmore();',
      gives: 'items.forEach((item) => {\n  use(item);\n});\n',
    },
    {
      name: 'is replaced where the line goes on behind the bracket that the editor has closed',
      at: 'fetch(█)\n',
      says: 'url).then(read);',
      gives: 'fetch(url).then(read);\n',
    },
    {
      name: 'does not cost a bracket that the completion opens itself',
      at: 'f(█)\n',
      says: 'g(x)',
      gives: 'f(g(x))\n',
    },
    {
      name: 'does not cost a bracket of another line that only looks the same',
      at: 'if (a) {\n  █\n}\n',
      says: 'if (b) {\n    c();\n  }\n}',
      gives: 'if (a) {\n  if (b) {\n    c();\n  }\n}\n',
    },
  ]);
});
