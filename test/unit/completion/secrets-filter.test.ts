import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyFilters, settledText } from '../../../server/completion/filters/filter.js';
import { secrets } from '../../../server/completion/filters/secrets.js';
import { holeOf } from '../../support/cursor.js';
import { drawn, letters, madeUpSecrets } from '../provenance/made-up-secrets.js';

const key = madeUpSecrets['GitHub token']!;
const password = drawn(letters, 16);

function kept(marked: string, text: string): string {
  return applyFilters([secrets], text, { hole: holeOf(marked), shape: 'line', maxLines: 1 });
}

describe('secrets in a completion', () => {
  it('end it in front of them', () => {
    assert.equal(kept('const █', `key = '${key}';`), "key = '");
    assert.equal(kept('const █', `password = '${password}';`), "password = '");
  });

  it('are known by the name that stands before the cursor', () => {
    assert.equal(kept('password = █', `'${password}'`), "'");
    assert.equal(kept('greeting = █', `'${password}'`), `'${password}'`);
  });

  it('are not written on where somebody has begun one', () => {
    assert.equal(kept(`key = '${key.slice(0, 9)}█'`, key.slice(9)), '');
  });

  it('are not replaced by what stands for them in the prompt', () => {
    assert.equal(kept(`a = '${key}';\nb = █`, "'[redacted]';"), "'");
    assert.equal(kept("a = '[redacted]';\nb = █", "'[redacted]';"), "'[redacted]';");
    const context = { hole: holeOf('b = █'), shape: 'line' as const, maxLines: 1 };
    assert.equal(secrets.ended!("'[redacted]", context), true);
    assert.equal(secrets.ended!("'[redacted", context), false);
  });

  it('are never shown while they are written', () => {
    const piece = fc.constantFrom(
      ...['a', ' ', '= ', "'", '"', '\n', ';', '[', '[redacted]', 'password', 'API_KEY=', '(', ')'],
      ...[key, password, madeUpSecrets['JSON web token']!, 'postgres://a:', `${password}@host`],
    );
    const text = fc.array(piece, { maxLength: 10, size: 'max' }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, fc.nat(400), (before, whole, cut) => {
        const context = { hole: holeOf(`${before}█`), shape: 'block' as const, maxLines: 9 };
        const early = settledText([secrets], whole.slice(0, cut), context);
        const late = applyFilters([secrets], whole, context);
        assert.ok(late.startsWith(early), JSON.stringify({ early, late }));
      }),
      { numRuns: 2000 },
    );
  });
});
