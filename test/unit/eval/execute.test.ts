import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { findIsolation, type Isolation } from '../../../server/eval/execute/isolation.js';
import { defaultLimits, runPython } from '../../../server/eval/execute/run-python.js';
import { inFolder } from '../../support/run-cli.js';

const python = 'python3';
const hasPython = spawnSync(python, ['--version']).status === 0;
const none: Isolation = { prefix: [], namespaces: false };
/** Busy machines take their time: only what never ends is to be late. */
const patient = { ...defaultLimits, wallMs: 60_000 };

const program = (body: string, head = ''): string =>
  `${head}\ndef f():\n    ${body}\n\ndef check(candidate):\n    assert candidate() == 1\n`;

// Without python3 there is nothing to run; `lacuna eval --execute` says so.
(hasPython ? describe : describe.skip)('a program that a model wrote', function () {
  this.timeout(120_000);
  const found = findIsolation();
  const run = (source: string, isolation = found, limits = patient) =>
    runPython(source, 'f', python, isolation, limits);

  it('passes where its test does, and where it imports what programs import', async () => {
    assert.equal(await run(program('return 1')), 'passed');
    const imports =
      'import collections, dataclasses, enum, functools, hashlib, heapq, itertools, math, re, typing';
    const body = 'return collections.namedtuple("P", "x")(1).x';
    assert.equal(await run(program(body, imports)), 'passed');
  });

  for (const [what, source] of [
    ['fails its test', program('return 2')],
    ['raises', program('return 1 / 0')],
    ['is no Python', 'def f(:\n'],
    ['leaves before its test', program('import sys; sys.exit(0)')],
    ['leaves by the back door', program('import os; os._exit(0)')],
    ['never defines what is tested', 'x = 1\n'],
    ['prints without end', program('while True: print("x" * 4096)')],
    ['takes more memory than there is', program('return len(bytearray(4 << 30)) and 1')],
    ['starts a process', program('import subprocess; subprocess.run(["true"]); return 1')],
    ['opens a socket', program('import socket; socket.socket(); return 1')],
    ['calls native code', program('import ctypes; ctypes.CDLL(None); return 1')],
  ] as const)
    it(`fails where it ${what}`, async () => {
      assert.equal(await run(source), 'failed');
    });

  it('writes into its folder, which is gone afterwards, and nowhere else', () =>
    inFolder({}, async (folder) => {
      const { TMPDIR } = process.env;
      process.env['TMPDIR'] = folder;
      try {
        assert.equal(await run(program('open("x.txt", "w").write("1"); return 1')), 'passed');
        assert.deepEqual(readdirSync(folder), []);
      } finally {
        if (TMPDIR === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = TMPDIR;
      }
      const strange = path.join(folder, 'x.txt');
      assert.equal(await run(program(`open(${JSON.stringify(strange)}, "w"); return 1`)), 'failed');
      assert.ok(!existsSync(strange));
      const remove = `import os; os.rmdir(${JSON.stringify(folder)}); return 1`;
      assert.equal(await run(program(remove)), 'failed');
      assert.ok(existsSync(folder));
    }));

  it('is ended where it takes too long', async () => {
    const limits = { ...defaultLimits, wallMs: 1500 };
    assert.equal(await run(program('while True: pass'), found, limits), 'timeout');
    assert.equal(await run(program('import time; time.sleep(1e6)'), none, limits), 'timeout');
  });

  it('sees nothing of the environment', async () => {
    process.env['LACUNA_TEST_SECRET'] = 'x';
    try {
      const body = 'import os; return 0 if "LACUNA_TEST_SECRET" in os.environ else 1';
      assert.equal(await run(program(body)), 'passed');
    } finally {
      delete process.env['LACUNA_TEST_SECRET'];
    }
  });

  it('has the same verdicts where there are no namespaces', async () => {
    assert.equal(await run(program('return 1'), none), 'passed');
    assert.equal(await run(program('return 2'), none), 'failed');
    assert.equal(await run(program('import socket; socket.socket(); return 1'), none), 'failed');
  });
});
