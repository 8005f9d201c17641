import assert from 'node:assert/strict';
import fc from 'fast-check';
import { longestBegun } from '../../../server/prompt/anchor.js';
import {
  arrangeHole,
  type ArrangedHole,
  type HoleToArrange,
} from '../../../server/prompt/arrange-hole.js';
import { normalizeHole, splitsPair } from '../../../server/prompt/newline.js';
import { suffixServes } from '../../../server/prompt/sticky-suffix.js';

/** Words with a leading space, single characters otherwise: additive at line ends, like the real ones. */
const countTokens = (text: string) => text.match(/ ?\w+| +|[^]/gu)?.length ?? 0;
const code = (lines: number) =>
  Array.from({ length: lines }, (_, i) => `  const value${i} = compute(${i});\n`).join('');

/** Plans for documents given with `█`, each told of the one before. */
function planner(how: Partial<HoleToArrange> = {}) {
  let previous: ArrangedHole | undefined;
  return (marked: string): ArrangedHole => {
    const at = marked.indexOf('█');
    const hole = { prefix: marked.slice(0, at), suffix: marked.slice(at + 1) };
    previous = arrangeHole(normalizeHole(hole), {
      ...{ kind: 'anchored', layout: 'psm', room: 2000, countTokens, previous },
      ...how,
    });
    return previous;
  };
}

const inBody = (typed: string, rest = '') => `function f() {\n  ${typed}█${rest}\n}\n${code(20)}`;

describe('an anchored plan', () => {
  it('begins at the start of the line, and goes on from there while somebody types', () => {
    const plan = planner();
    const first = plan(inBody('ret'));
    assert.deepEqual([first.prefix, first.begun], ['function f() {\n', '  ret']);
    for (const typed of ['retu', 'return value;', 'return value;\n  next(', 'r', ''])
      assert.deepEqual(plan(inBody(typed)), { ...first, begun: `  ${typed}` });
  });

  it('anchors anew where text in front of the anchor is deleted', () => {
    const plan = planner();
    plan(inBody('one();\n  two'));
    const { prefix, begun } = plan(inBody('one()'));
    assert.deepEqual([prefix, begun], ['function f() {\n', '  one()']);
  });

  it('anchors anew where text in front of the anchor changes', () => {
    const plan = planner();
    plan(inBody('one'));
    assert.equal(plan(`import a;\n${inBody('one')}`).prefix, 'import a;\nfunction f() {\n');
  });

  it('anchors anew where the cursor jumps', () => {
    const text = code(10);
    const at = (line: number) => {
      const lines = text.split('\n');
      return `${lines.slice(0, line).join('\n')}█\n${lines.slice(line).join('\n')}`;
    };
    const plan = planner();
    plan(at(5));
    for (const line of [6, 8, 2, 9]) {
      const { prefix, suffix, begun } = plan(at(line));
      assert.equal(`${prefix}${begun}█${suffix}`, at(line));
    }
  });

  it('anchors anew where the editor closes a bracket, and where it is typed over', () => {
    const plan = planner();
    plan(inBody('call'));
    assert.match(plan(inBody('call(', ')')).suffix, /^\)\n\}/);
    assert.match(plan(inBody('call()')).suffix, /^\n\}/);
  });

  it('anchors anew where much was typed', () => {
    const plan = planner();
    plan(inBody(''));
    let typed = '';
    let latest = plan(inBody(''));
    while (latest.prefix === 'function f() {\n') {
      typed += 'call(one, two);\n  ';
      latest = plan(inBody(typed));
      assert.ok(typed.length < 2000, 'the anchor never moves');
      assert.ok(countTokens(latest.begun) <= longestBegun(2000));
    }
    assert.equal(latest.begun, '  ');
  });

  it('says again what it said of the suffix while little changes far below', () => {
    for (const layout of ['psm', 'spm'] as const) {
      const plan = planner({ layout });
      const first = plan(inBody('one'));
      const changed = inBody('one.two').replace('value15', 'renamed');
      assert.equal(plan(changed).suffix, first.suffix);
      assert.match(plan(changed.replace('  const value0', '  let value0')).suffix, /value15/);
      const other = changed.replaceAll('compute', 'other');
      assert.equal(plan(other).suffix, other.slice(other.indexOf('█') + 1));
    }
  });

  it('keeps the suffix where the document changes behind the place where it was cut', () => {
    const document = (tail: string) => `${code(30)}one█\n${code(60)}${tail}`;
    for (const layout of ['psm', 'spm'] as const) {
      const plan = planner({ layout, room: 600 });
      const first = plan(document(''));
      assert.ok(first.cuts.end > 0);
      assert.equal(plan(document('appended();\n')).suffix, first.suffix);
    }
  });

  it('costs nothing but what was typed, also in a document that does not fit', () => {
    const plan = planner({ room: 600 });
    const typed = 'const answer = items.map((item) => item.value).filter(Boolean);\n  '.repeat(8);
    const said = new Set<string>();
    for (let n = 0; n <= typed.length; n++) {
      const { prefix, suffix } = plan(`${code(100)}${typed.slice(0, n)}█\n${code(100)}`);
      said.add(JSON.stringify([prefix, suffix]));
    }
    // 160 typed tokens, against 75 that may stand behind an anchor.
    assert.ok(said.size <= 5, `${said.size} different plans in ${typed.length} keys`);
  });
});

/** What somebody may do to a document: as a share of it, where; and what they put in the place of how much. */
const act = fc.oneof(
  fc.record({
    kind: fc.constant('type' as const),
    text: fc.constantFrom(
      'a',
      'bc',
      '(',
      ')',
      ' ',
      '\n',
      '\r\n',
      '  ',
      '😀',
      '\t',
      '= 1;',
      '\ud83d',
    ),
  }),
  fc.record({ kind: fc.constant('delete' as const), count: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('jump' as const), to: fc.nat(1000) }),
  fc.record({
    kind: fc.constant('paste' as const),
    ...{ to: fc.nat(1000), text: fc.constantFrom('x();\n', '}\n}\n', code(12), 'y'.repeat(300)) },
  }),
  fc.record({ kind: fc.constant('edit below' as const), to: fc.nat(1000) }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

interface Place {
  readonly text: string;
  readonly offset: number;
}

function acted({ text, offset }: Place, done: Act): Place {
  const at = 'to' in done ? Math.floor((text.length * done.to) / 1000) : offset;
  switch (done.kind) {
    case 'type':
      return {
        text: text.slice(0, offset) + done.text + text.slice(offset),
        offset: offset + done.text.length,
      };
    case 'delete': {
      const start = Math.max(0, offset - done.count);
      return { text: text.slice(0, start) + text.slice(offset), offset: start };
    }
    case 'jump':
      return { text, offset: at };
    case 'paste':
      return {
        text: text.slice(0, at) + done.text + text.slice(at),
        offset: at + done.text.length,
      };
    case 'edit below': {
      const below = Math.max(offset, at);
      return { text: `${text.slice(0, below)}Z${text.slice(below + 1)}`, offset };
    }
  }
}

const scripts = fc.record({
  lines: fc.nat(40),
  acts: fc.array(act, { maxLength: 40, size: 'max' }),
  room: fc.integer({ min: 0, max: 900 }),
  layout: fc.constantFrom('psm' as const, 'spm' as const),
  eol: fc.constantFrom('\n', '\r\n'),
});

describe('plans for what somebody does to a document', function () {
  this.timeout(30_000);

  it('say exactly what stands in it, the suffix but for the tolerance', () => {
    fc.assert(
      fc.property(scripts, ({ lines, acts, room, layout, eol }) => {
        const text = code(lines).replaceAll('\n', eol);
        let place: Place = { text, offset: Math.floor(text.length / 2) };
        let previous: ArrangedHole | undefined;
        for (const each of acts) {
          place = acted(place, each);
          const hole = normalizeHole({
            prefix: place.text.slice(0, place.offset),
            suffix: place.text.slice(place.offset),
          });
          const how = { kind: 'anchored', layout, room, countTokens, previous } as const;
          const arranged = arrangeHole(hole, how);
          const { prefix, suffix, begun, cuts } = arranged;
          assert.equal(prefix + begun, hole.prefix.slice(cuts.start));
          assert.ok(layout === 'psm' || begun === '');
          assert.ok(!splitsPair(hole.prefix, cuts.start + prefix.length), 'torn at the anchor');
          if (!hole.suffix.startsWith(suffix)) {
            // It is the one before, then, and that one serves.
            assert.equal(suffix, previous?.suffix);
            const { cuts: before, documentSuffix: latest } = previous!;
            assert.ok(suffixServes({ sent: suffix, cut: before.end > 0, latest }, hole.suffix));
          }
          const tokens = countTokens(prefix) + countTokens(suffix) + countTokens(begun);
          assert.ok(tokens <= room, `${tokens} tokens in ${room}`);
          assert.deepEqual(arrangeHole(hole, how), arranged, 'not deterministic');
          const again = arrangeHole(hole, { ...how, previous: arranged });
          assert.deepEqual(again, arranged, 'planned again, it moves');
          previous = arranged;
        }
      }),
      { numRuns: 300 },
    );
  });
});
