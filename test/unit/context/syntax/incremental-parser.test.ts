import fc from 'fast-check';
import assert from 'node:assert/strict';
import { Parser, type Node, type Tree } from 'web-tree-sitter';
import type { Grammar } from '../../../../server/context/syntax/grammar.js';
import { IncrementalParser } from '../../../../server/context/syntax/incremental-parser.js';
import { GRAMMAR_NAMES } from '../../../../server/context/syntax/languages.js';
import { applyEdit, pointAt, type TextEdit } from '../../../../server/context/syntax/text-edit.js';
import { grammars, sampleOf } from './grammar-fixtures.js';
import { editOf, editShape } from './random-edits.js';

/** Every node with its place: what an s-expression leaves out is where an edit goes wrong. */
function dump(tree: Tree): string {
  const lines: string[] = [];
  const visit = (node: Node): void => {
    const { row, column } = node.startPosition;
    const flags = `${node.isMissing ? ' missing' : ''}${node.isError ? ' error' : ''}`;
    lines.push(`${node.type} ${node.startIndex}-${node.endIndex} ${row}:${column}${flags}`);
    for (const child of node.children) visit(child);
  };
  visit(tree.rootNode);
  return lines.join('\n');
}

/**
 * Text that parses has one tree, however it came about. What a parser makes of text that does not parse may hang on
 * what it could reuse, in tree-sitter by design; it must be broken in both, and cover the text.
 */
function assertAsFresh(tree: Tree | undefined, grammar: Grammar, text: string): void {
  assert(tree);
  const parser = new Parser();
  parser.setLanguage(grammar.language);
  const fresh = parser.parse(text);
  assert(fresh);
  assert.equal(tree.rootNode.hasError, fresh.rootNode.hasError);
  if (!fresh.rootNode.hasError) assert.equal(dump(tree), dump(fresh));
  else assertOrdered(tree.rootNode, text);
  fresh.delete();
  parser.delete();
}

/** Children lie in their parent, one behind the other, and points agree with offsets. */
function assertOrdered(node: Node, text: string): void {
  assert.deepEqual(node.startPosition, pointAt(text, node.startIndex));
  assert.deepEqual(node.endPosition, pointAt(text, node.endIndex));
  let end = node.startIndex;
  for (const child of node.children) {
    assert(child.startIndex >= end && child.endIndex <= Math.max(node.endIndex, end));
    end = child.endIndex;
    assertOrdered(child, text);
  }
}

/**
 * Whether a grammar's own scanner gave up. Some check themselves with C's `assert` (Ruby's does after an unfinished
 * heredoc), which the grammars' runtime lacks: it calls what is not there.
 */
function isScannersOwn(error: unknown): boolean {
  return error instanceof TypeError && /is not a function/.test(error.message);
}

function inverse(before: string, { start, oldEnd, newText }: TextEdit): TextEdit {
  return { start, oldEnd: start + newText.length, newText: before.slice(start, oldEnd) };
}

/** A clock that moves a millisecond at each look, so that every slice is cut short. */
function tickingClock(): () => number {
  let ticks = 0;
  return () => ticks++;
}

describe('an incremental parser', () => {
  for (const name of GRAMMAR_NAMES)
    it(`has the tree of a fresh parse after any edits of ${name}`, async () => {
      const grammar = await grammars.load(name);
      const sample = sampleOf(name);
      fc.assert(
        fc.property(
          fc.boolean(),
          fc.array(fc.array(editShape, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
          (crlf, batches) => {
            const original = crlf ? sample.replaceAll('\n', '\r\n') : sample;
            let text = original;
            const undo: TextEdit[] = [];
            let parser = new IncrementalParser(grammar, text, () => 0);
            parser.advance(1);
            for (const batch of batches) {
              for (const shape of batch) {
                const edit = editOf(text, shape);
                undo.unshift(inverse(text, edit));
                text = applyEdit(text, edit);
                parser.edit(edit, text);
              }
              try {
                assert.equal(parser.advance(1), 'done');
                assertAsFresh(parser.tree, grammar, text);
              } catch (error) {
                if (!isScannersOwn(error)) throw error;
                // What a document does then: once its text is another, it begins anew.
                parser.dispose();
                text = original;
                parser = new IncrementalParser(grammar, text, () => 0);
                parser.advance(1);
                undo.length = 0;
                break;
              }
            }
            // Back to text that parses, by way of everything that was broken.
            for (const edit of undo) {
              text = applyEdit(text, edit);
              parser.edit(edit, text);
              parser.advance(1);
            }
            assert.equal(text, original);
            assertAsFresh(parser.tree, grammar, text);
            parser.dispose();
          },
        ),
        { numRuns: 30, examples: [[false, [[{ at: 0, removed: 0, newText: '<<`' }]]]] },
      );
    });

  it('cut into slices, with edits between them, comes to the same tree', async () => {
    const grammar = await grammars.load('typescript');
    fc.assert(
      fc.property(fc.array(editShape, { maxLength: 6 }), (shapes) => {
        let text = sampleOf('typescript').repeat(8);
        const parser = new IncrementalParser(grammar, text, tickingClock());
        let slices = 0;
        for (const shape of shapes) {
          if (parser.advance(3) === 'more') slices++;
          const edit = editOf(text, shape);
          text = applyEdit(text, edit);
          parser.edit(edit, text);
        }
        while (parser.advance(3) === 'more') slices++;
        assert(slices > 3);
        assertAsFresh(parser.tree, grammar, text);
        parser.dispose();
      }),
      { numRuns: 20 },
    );
  });

  it('has no tree while an edit waits', async () => {
    const parser = new IncrementalParser(await grammars.load('python'), 'a = 1\n', () => 0);
    assert.equal(parser.tree, undefined);
    parser.advance(1);
    assert(parser.tree);
    parser.edit({ start: 0, oldEnd: 1, newText: 'b' }, 'b = 1\n');
    assert.equal(parser.tree, undefined);
    parser.dispose();
  });
});
