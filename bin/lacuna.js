#!/usr/bin/env node
import { existsSync } from 'node:fs';

const leastNode = 20;
/** Compiled in a clone, bundled in the package from npm. */
const mains = ['../dist/server/cli/main.js', '../dist/bundle/server/cli/main.js'].map(
  (file) => new URL(file, import.meta.url),
);
const main = mains.find((file) => existsSync(file));

/** @param {string} message one sentence: what is wrong and what to run */
function fail(message) {
  process.stderr.write(`lacuna: ${message}\n`);
  process.exitCode = 1;
}

if (Number.parseInt(process.versions.node, 10) < leastNode) {
  fail(`Node.js ${process.versions.node} is too old: install Node.js ${leastNode} or newer.`);
} else if (!main) {
  fail('it is not built yet: run `npm run build` in its folder.');
} else {
  try {
    await import(main.href);
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    fail('a package it needs is not installed: run `npm run build` in its folder.');
  }
}
