import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NativeError } from '../../../server/engine/native/addon.js';
import { nativeAddon } from '../addons.js';

describe('a path that is no model', () => {
  const addon = nativeAddon();
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-not-a-model-'));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function refusal(file: string): NativeError {
    try {
      addon.openModelFile(file);
    } catch (error) {
      return error as NativeError;
    }
    throw new assert.AssertionError({ message: `${file} was opened` });
  }

  function expectRefusal(file: string, code: string, message: RegExp, remedy: RegExp): void {
    const error = refusal(file);
    assert.ok(error instanceof Error);
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.startsWith(`${file}: `), error.message);
    assert.match(error.message, message);
    assert.match(error.remedy, remedy);
  }

  it('is named where there is no such file', () => {
    const missing = path.join(folder, 'missing.gguf');
    expectRefusal(missing, 'not-found', /there is no such file/, /Check the path/);
    expectRefusal(`${missing}/below`, 'not-found', /there is no such file/, /Check the path/);
  });

  it('is named where it is a directory', () => {
    expectRefusal(folder, 'is-directory', /is a directory/, /one \.gguf file inside/);
  });

  it('is named where the file is empty', () => {
    expectRefusal(written('empty.gguf', ''), 'empty', /is empty/, /fetch the file again/);
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? it.skip : it)(
    `is named where the file may not be read${isRoot ? ' (skipped: root may read everything)' : ''}`,
    () => {
      const file = written('secret.gguf', 'GGUF');
      chmodSync(file, 0o000);
      expectRefusal(file, 'io', /this user may not read/, /read permission/);
    },
  );

  it('is named where it is no regular file, without waiting for a writer', () => {
    const fifo = path.join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expectRefusal(fifo, 'io', /not a regular file/, /Copy the model/);
  });

  it('is refused where it holds a NUL', () => {
    const error = refusal('model.gguf\0.txt');
    assert.equal(error.code, 'invalid-argument');
  });

  it('is refused where it is no string', () => {
    const error = refusal(7 as unknown as string);
    assert.equal(error.code, 'invalid-argument');
    assert.match(error.message, /`path` must be a string/);
  });

  /** First bytes of files that people pass by mistake, and how each is named. */
  const others: readonly [content: string | Uint8Array, kind: RegExp, remedy: RegExp][] = [
    ['Dear model,\n', /it is a text file/, /\.gguf/],
    ['GGU', /it is a text file/, /\.gguf/],
    [
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 10\n',
      /Git LFS pointer, not the model/,
      /git lfs pull/,
    ],
    ['<!DOCTYPE html><html><body>Log in</body></html>', /a web page/, /direct link/],
    [safetensors('{"__metadata__":{}}'), /a safetensors checkpoint/, /convert_hf_to_gguf/],
    [bytes('PK\x03\x04\x00\x00'), /a zip archive, probably a PyTorch/, /convert_hf_to_gguf/],
    [bytes('\x80\x02\x8a\x0a'), /a Python pickle/, /convert_hf_to_gguf/],
    [bytes('tjgg\x03\x00\x00\x00'), /a GGML file from before GGUF/, /download the model again/],
    [bytes('\x1f\x8b\x08\x00'), /a compressed archive/, /Unpack/],
    [new Uint8Array(5000), /begins with zeros, probably an unfinished download/, /download finish/],
    [bytes('\x7fELF\x01\x02\x03'), /a binary file of another format/, /\.gguf/],
  ];
  for (const [content, kind, remedy] of others) {
    it(`is named for what it is: ${kind.source}`, () => {
      expectRefusal(written('other.gguf', content), 'not-gguf', kind, remedy);
    });
  }

  function written(name: string, content: string | Uint8Array): string {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  }
});

function bytes(latin1: string): Uint8Array {
  return Buffer.from(latin1, 'latin1');
}

function safetensors(header: string): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header)]);
}
