import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  REDACTED,
  redactHole,
  redactText,
  type KnownLines,
} from '../../../server/provenance/redact.js';
import { cursorText } from '../../support/cursor.js';
import { drawn, letters, madeUpSecrets } from './made-up-secrets.js';

const key = madeUpSecrets['GitHub token']!;

function hole(marked: string) {
  const { text, offset } = cursorText(marked);
  return redactHole({ prefix: text.slice(0, offset), suffix: text.slice(offset) }).hole;
}

describe('secrets around the cursor', () => {
  it('are replaced before and after it', () => {
    assert.deepEqual(hole(`a = '${key}'\nb = █\nc = '${key}'\n`), {
      prefix: `a = '${REDACTED}'\nb = `,
      suffix: `\nc = '${REDACTED}'\n`,
      redactions: 2,
      insideSecret: false,
    });
  });

  it('are found where the cursor splits one, and are not completed', () => {
    const { prefix, suffix, insideSecret } = hole(`a = '${key.slice(0, 9)}█${key.slice(9)}';`);
    assert.deepEqual([prefix, suffix, insideSecret], [`a = '${REDACTED}`, `${REDACTED}';`, true]);
    assert.equal(hole(`a = '${key}█';`).insideSecret, true);
    assert.equal(hole(`a = '█${key}';`).insideSecret, false);
    assert.equal(hole(`a = '${key}'█;`).insideSecret, false);
  });

  it('are found in a private key that surrounds it', () => {
    const [one, two] = [drawn(letters, 64, 1), drawn(letters, 64, 2)];
    const { prefix, suffix, insideSecret } = hole(
      `-----BEGIN PRIVATE KEY-----\n${one}\n█${two}\n-----END PRIVATE KEY-----\n`,
    );
    assert.equal(prefix, `-----BEGIN PRIVATE KEY-----${REDACTED}`);
    assert.equal(suffix, `${REDACTED}-----END PRIVATE KEY-----\n`);
    assert.equal(insideSecret, true);
  });

  const piece = fc.constantFrom(
    ...['a', ' = ', "'", '\n', '\n\n', ';', '😀', key, key.slice(0, 9), key.slice(9), 'token'],
    ...['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', drawn(letters, 64)],
  );
  const text = fc.array(piece, { maxLength: 12, size: 'max' }).map((pieces) => pieces.join(''));

  it('come out the same whatever was known before, and nothing else is changed', () => {
    const edits = fc.array(fc.tuple(text, text), { maxLength: 8, size: 'max' });
    fc.assert(
      fc.property(edits, (holes) => {
        let known: KnownLines | undefined;
        for (const [prefix, suffix] of holes) {
          const remembered = redactHole({ prefix, suffix }, known);
          assert.deepEqual(remembered.hole, redactHole({ prefix, suffix }).hole);
          known = remembered.known;
          if (remembered.hole.insideSecret) continue;
          const whole = redactText(prefix + suffix);
          assert.equal(remembered.hole.prefix + remembered.hole.suffix, whole.text);
          assert.equal(remembered.hole.redactions, whole.redactions);
        }
      }),
    );
  });

  it('come out the same as somebody types on', () => {
    fc.assert(
      fc.property(text, text, text, (before, typed, after) => {
        let known: KnownLines | undefined;
        for (let end = 0; end <= typed.length; end++) {
          const now = { prefix: before + typed.slice(0, end), suffix: after };
          const remembered = redactHole(now, known);
          assert.deepEqual(remembered.hole, redactHole(now).hole);
          known = remembered.known;
        }
      }),
      { numRuns: 40 },
    );
  });
});
