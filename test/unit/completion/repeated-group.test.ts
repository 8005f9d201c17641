import assert from 'node:assert/strict';
import fc from 'fast-check';
import { repeatedGroup } from '../../../server/completion/filters/repeated-group.js';
import { holeOf } from '../../support/cursor.js';

const context = { hole: holeOf('f(█'), shape: 'block', maxLines: 20 } as const;
const ended = (text: string) => repeatedGroup.ended?.(text, context);
const kept = (text: string) => text.slice(0, repeatedGroup.keep(text, context));

describe('repeated group', () => {
  it('ends where a line comes twice', () => {
    assert.equal(
      kept('reply.send(1);\n  computed.add(a);\n  computed.add(a);\n  b();'),
      'reply.send(1);\n  computed.add(a);',
    );
  });

  it('ends where several lines come twice, the first of them without its indentation', () => {
    assert.equal(
      kept('if (!a) {\n    return;\n  }\n  if (!a) {\n    return;\n  }\n'),
      'if (!a) {\n    return;\n  }',
    );
  });

  it('keeps short lines that come twice, such as brackets and numbers', () => {
    for (const text of ['a(\n  0,\n  0,\n)', '{\n}\n}\n']) assert.equal(kept(text), text);
  });

  it('ends the answer when the second time is complete, not before', () => {
    assert.equal(ended('computed.add(a);\ncomputed.add(a)'), false);
    assert.equal(ended('computed.add(a);\ncomputed.add(a);\n'), true);
  });

  it('shows nothing that it takes back', () => {
    const line = fc.constantFrom(
      'computed.add(a);',
      'computed.add(',
      '  b();',
      '}',
      '',
      'if (x) {',
    );
    const text = fc.array(line, { maxLength: 9, size: 'max' }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, fc.nat(), (whole, at) => {
        const settled = repeatedGroup.settled(whole.slice(0, at % (whole.length + 1)), context);
        assert.ok(
          settled <= repeatedGroup.keep(whole, context),
          JSON.stringify([whole, at, settled]),
        );
      }),
    );
  });
});
