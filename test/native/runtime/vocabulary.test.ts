/** The bytes of tokens, as the native engine shows them. */
import assert from 'node:assert/strict';
import { fixtureModel, nativeAddon, packageRoot, testingAddon } from '../addons.js';
import path from 'node:path';

const seed = path.join(packageRoot, 'model', 'lacuna-seed-q8_0.gguf');

describe('the vocabulary', () => {
  it('knows all 256 bytes', () => {
    for (const model of [fixtureModel('tiny-lite-q8_0.gguf'), seed]) {
      const bytes = testingAddon()
        .tokenBytes(model)
        .filter((b) => b.length === 1);
      assert.equal(new Set(bytes.map((b) => b[0])).size, 256);
    }
  });

  it('turns merged tokens back into their text', () => {
    const tokens = nativeAddon().openModelFile(seed).get('tokenizer.ggml.tokens') as string[];
    const bytes = testingAddon().tokenBytes(seed);
    assert.equal(bytes[tokens.indexOf('ĠĠĠĠ')]!.toString(), '    ');
    assert.equal(bytes[tokens.indexOf('Ċ')]!.toString(), '\n');
  });

  it('gives control tokens no text', () => {
    const bytes = testingAddon().tokenBytes(seed);
    for (let id = 0; id < 8; id++) assert.equal(bytes[id]!.length, 0);
  });
});
