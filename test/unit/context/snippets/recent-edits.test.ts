import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RecentEdits } from '../../../../server/context/snippets/recent-edits.js';

const here = { uri: 'file:///here.ts' };
const numbered = (count: number) =>
  Array.from({ length: count }, (_, at) => `line ${at}\n`).join('');
const shown = (edits: RecentEdits) => edits.findings(here).map(({ text }) => text);

describe('recent edits', () => {
  it('are shown with three lines before and behind, the latest first', () => {
    const edits = new RecentEdits();
    for (const uri of ['file:///a.ts', 'file:///b.ts']) {
      edits.changed(uri, numbered(20));
      edits.changed(uri, numbered(20).replace('line 10', `${uri} 10`));
    }
    const around = (uri: string) =>
      ['line 7', 'line 8', 'line 9', `${uri} 10`, 'line 11', 'line 12', 'line 13'].join('\n');
    assert.deepEqual(shown(edits), [around('file:///b.ts'), around('file:///a.ts')]);
    assert.deepEqual(edits.drafts(), [around('file:///a.ts'), around('file:///b.ts')]);
  });

  it('of the document itself are not shown, but may be repeated', () => {
    const edits = new RecentEdits();
    edits.changed(here.uri, 'a');
    edits.changed(here.uri, 'ab');
    assert.deepEqual(shown(edits), []);
    assert.deepEqual(edits.drafts(), ['ab']);
  });

  it('do not begin with what a document was opened with', () => {
    const edits = new RecentEdits();
    edits.changed('file:///a.ts', numbered(3));
    assert.deepEqual(shown(edits), []);
  });

  it('that lie near each other are one', () => {
    const edits = new RecentEdits();
    const uri = 'file:///a.ts';
    const lines = numbered(40);
    edits.changed(uri, lines);
    edits.changed(uri, lines.replace('line 4\n', 'line 4!\n'));
    edits.changed(uri, lines.replace('line 4\n', 'line 4!\n').replace('line 8\n', 'line 8!\n'));
    assert.equal(shown(edits).length, 1);
    assert.match(shown(edits)[0]!, /^line 1\n[^]*line 4!\n[^]*line 8!\n[^]*line 11$/);
  });

  it('move with what is typed before them', () => {
    const edits = new RecentEdits();
    const uri = 'file:///a.ts';
    const lines = numbered(100);
    const edited = lines.replace('line 90', 'LINE 90');
    edits.changed(uri, lines);
    edits.changed(uri, edited);
    edits.changed(uri, `first\n${edited}`);
    assert.match(shown(edits)[1]!, /^line 87\n[^]*LINE 90\n[^]*line 93$/);
  });

  it('are left out where they are long, blank, or their document is closed', () => {
    const edits = new RecentEdits();
    edits.changed('file:///a.ts', '');
    edits.changed('file:///a.ts', numbered(1000));
    edits.changed('file:///b.ts', '');
    edits.changed('file:///b.ts', ' \n\t\n');
    edits.changed('file:///c.ts', 'a');
    edits.changed('file:///c.ts', 'b');
    edits.closed('file:///c.ts');
    assert.deepEqual(shown(edits), []);
  });

  it('are none of a file of secrets', () => {
    const edits = new RecentEdits();
    edits.changed('file:///.env', 'a');
    edits.changed('file:///.env', 'TOKEN=b');
    assert.deepEqual([...shown(edits), ...edits.drafts()], []);
  });

  it('are true as long as the document has them', () => {
    const edits = new RecentEdits();
    edits.changed('file:///a.ts', 'a');
    edits.changed('file:///a.ts', 'ab');
    const [finding] = edits.findings(here);
    assert.equal(finding!.isTrue(), true);
    edits.changed('file:///a.ts', 'c');
    assert.equal(finding!.isTrue(), false);
  });

  it('are whole lines of their document, whatever is typed', () => {
    const text = fc
      .array(fc.constantFrom('\n', '\r\n', '\r', 'word', ' ', '\t', '漢字', '😀', '\uD83D'), {
        maxLength: 60,
        size: 'max',
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12, size: 'max' }), (texts) => {
        const edits = new RecentEdits();
        for (const each of texts) edits.changed('file:///a.ts', each);
        const last = texts.at(-1) ?? '';
        for (const each of shown(edits)) {
          const at = `\n${last.replace(/\r\n?/g, '\n')}\n`;
          assert.ok(at.includes(`\n${each.replace(/\r\n?/g, '\n')}\n`), JSON.stringify(each));
        }
      }),
    );
  });
});
