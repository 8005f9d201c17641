/** The bytes of tokens, as the native engine shows them. */
import assert from 'node:assert/strict';
import { fixtureModel, nativeAddon, embeddedModelFile, testingAddon } from '../addons.js';

describe('the vocabulary', () => {
  it('knows all 256 bytes', () => {
    for (const model of [fixtureModel('tiny-lite-q8_0.gguf'), embeddedModelFile]) {
      const bytes = testingAddon()
        .tokenBytes(model)
        .filter((b) => b.length === 1);
      assert.equal(new Set(bytes.map((b) => b[0])).size, 256);
    }
  });

  it('turns merged tokens back into their text', () => {
    const tokens = nativeAddon()
      .openModelFile(embeddedModelFile)
      .get('tokenizer.ggml.tokens') as string[];
    const bytes = testingAddon().tokenBytes(embeddedModelFile);
    assert.equal(bytes[tokens.indexOf('ĠĠĠĠ')]!.toString(), '    ');
    assert.equal(bytes[tokens.indexOf('Ċ')]!.toString(), '\n');
  });

  it('gives control tokens no text', () => {
    const bytes = testingAddon().tokenBytes(embeddedModelFile);
    for (let id = 0; id < 8; id++) assert.equal(bytes[id]!.length, 0);
  });
});
