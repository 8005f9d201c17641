/** Users of other tools: "wrong indentation", "a stray leading space", "nothing inside indented blocks". */
import { check } from './accept.js';

describe('indentation', () => {
  check([
    {
      name: 'goes on from the blanks that are there, also to be deeper than the editor made it',
      at: 'def f(x):\n  █\n',
      says: '  return x',
      gives: 'def f(x):\n    return x\n',
      language: 'python',
    },
    {
      name: 'has no stray space behind a space',
      at: 'const total = █;\n',
      says: ' a + b',
      gives: 'const total = a + b;\n',
    },
    {
      name: 'has no stray space behind an operator that has none either',
      at: 'const total =█;\n',
      says: ' a + b',
      gives: 'const total = a + b;\n',
    },
    {
      name: 'is kept where the line is empty and the model writes it',
      at: 'def f(x):\n█\n',
      says: '    return x',
      gives: 'def f(x):\n    return x\n',
      language: 'python',
    },
    {
      name: 'of the next lines is the model’s own, inside a block that is indented twice',
      at: 'class A {\n  f() {\n    █\n  }\n}\n',
      says: 'g();\n    h();\n  }\n}',
      gives: 'class A {\n  f() {\n    g();\n    h();\n  }\n}\n',
    },
    {
      name: 'in tabs stays in tabs',
      at: 'func f() {\n\t█\n}\n',
      says: 'g()\n\th()\n}',
      gives: 'func f() {\n\tg()\n\th()\n}\n',
      language: 'go',
    },
    {
      name: 'inside an indented block of Python brings more than one line',
      at: 'class A:\n    def f(self):\n        █\n',
      says: 'x = 1\n        return x\n\n    def g(self):',
      gives: 'class A:\n    def f(self):\n        x = 1\n        return x\n',
      language: 'python',
    },
    {
      name: 'of what was opened on the cursor’s line closes where the line began',
      at: '  if (a) {█}\n',
      says: '\n    b();\n  }',
      gives: '  if (a) {\n    b();\n  }\n',
    },
    {
      name: 'keeps the line ends of the document',
      at: 'function f() {\r\n  █\r\n}\r\n',
      says: 'g();\n  h();\n}',
      gives: 'function f() {\r\n  g();\r\n  h();\r\n}\r\n',
    },
  ]);
});
