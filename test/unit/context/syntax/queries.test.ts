import { Parser } from 'web-tree-sitter';
import assert from 'node:assert/strict';
import { QUERY_KINDS } from '../../../../server/context/syntax/grammar.js';
import { GRAMMAR_NAMES } from '../../../../server/context/syntax/languages.js';
import { cursorText } from '../../../support/cursor.js';
import { annotate } from './annotate.js';
import { assertSnapshot, grammars, parse, placesOf, sampleOf } from './grammar-fixtures.js';

describe('grammar queries', () => {
  for (const name of GRAMMAR_NAMES)
    describe(name, () => {
      it('parses its sample without a fault', async () => {
        const tree = await parse(name, sampleOf(name));
        assert.deepEqual(tree.faults(), []);
      });

      for (const kind of QUERY_KINDS)
        it(`captures ${kind} as in the snapshot`, async () => {
          const grammar = await grammars.load(name);
          const parser = new Parser();
          parser.setLanguage(grammar.language);
          const text = sampleOf(name);
          const tree = parser.parse(text);
          assert(tree);
          const captures = grammar.query(kind).captures(tree.rootNode);
          assertSnapshot(name, kind, annotate(text, captures));
        });

      for (const { marked, expected } of placesOf(name))
        it(`knows the place of the cursor in ${JSON.stringify(marked)}`, async () => {
          const { text, offset } = cursorText(marked);
          const tree = await parse(name, text);
          const place = tree.place(offset);
          const enclosing = [tree.enclosingFunction(offset), tree.enclosingClass(offset)];
          const actual = [
            ...(place.inside === 'code' ? [] : [place.inside]),
            ...(['midLine', 'blockStart', 'emptyBody', 'inArguments'] as const).filter(
              (flag) => place[flag],
            ),
            ...enclosing.flatMap((each) => (each ? [`${each.kind}=${each.name ?? ''}`] : [])),
          ];
          assert.deepEqual(actual.sort(), expected);
        });
    });
});
