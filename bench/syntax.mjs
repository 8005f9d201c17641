// node bench/syntax.mjs [--lines N] [--keys N]: what a keystroke costs the syntax service, and what each question does.
// Build first (npm run build). Prints medians; nothing is compared or asserted.
import { parseArgs } from 'node:util';
import { inRoot } from '../scripts/lib/paths.mjs';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '5000' },
    keys: { type: 'string', default: '400' },
    language: { type: 'string', default: 'typescript,python,cpp' },
  },
});
const lines = Number(values.lines);
const keys = Number(values.keys);

const module = (name) => import(inRoot(`dist/server/context/syntax/${name}.js`));
const { GrammarStore, grammarFolders } = await module('grammar-store');
const { SyntaxService } = await module('syntax-service');

/** One function of about a dozen lines, as such a file has hundreds. */
const functions = {
  typescript: (n) => `
/** What number ${n} is about. */
export function handle${n}(items: readonly Item[], limit = ${n}): Map<string, number> {
  const found = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    if (item.size > limit && !found.has(item.name)) {
      found.set(\`\${item.name}-\${index}\`, Math.max(item.size, ${n}));
    } else {
      report({ kind: 'skipped', name: item.name, reason: "too small" });
    }
  }
  return found;
}
`,
  python: (n) => `
def handle_${n}(items, limit=${n}):
    """What number ${n} is about."""
    found = {}
    for index, item in enumerate(items):
        if item.size > limit and item.name not in found:
            found[f"{item.name}-{index}"] = max(item.size, ${n})
        else:
            report(kind="skipped", name=item.name)
    return [name for name in found if name]

`,
  cpp: (n) => `
// What number ${n} is about.
std::map<std::string, int> Handle${n}(const std::vector<Item>& items, int limit = ${n}) {
  std::map<std::string, int> found;
  for (const auto& item : items) {
    if (item.size > limit && found.count(item.name) == 0) {
      found[item.name] = std::max<int>(item.size, ${n});
    } else {
      Report("skipped", item.name);
    }
  }
  return found;
}
`,
};

/** A line that a statement can follow, with the same indentation. */
const bodyStart = {
  typescript: /^ {2}const found/,
  python: /^ {4}found/,
  cpp: /^ {2}std::map.* found;/,
};
/**
 * A statement, key by key: what each inserts, and how far the cursor then goes. Editors close brackets and quotes by
 * themselves; where they do not, the text behind the cursor does not parse until the last bracket is typed.
 */
const key = (insert, move = insert.length) => ({ insert, move });
const statements = {
  'brackets closed by the editor': [
    ...[...'report'].map((c) => key(c)),
    key('()', 1),
    ...[...'items, call'].map((c) => key(c)),
    key('()', 1),
    key('""', 1),
    key('a', 2),
    ...[...', limi'].map((c) => key(c)),
    key('t', 3),
    key(';'),
  ],
  'brackets left open': [...'report(items, call("a", limit));'].map((c) => key(c)),
};

const median = (list) => quantile(list, 0.5);
function quantile(list, share) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN;
}

function sourceOf(language) {
  let text = '';
  let count = 0;
  for (let n = 0; count < lines; n++) {
    const part = functions[language](n);
    count += part.split('\n').length - 1;
    text += part;
  }
  return text;
}

async function measure(language) {
  const uri = `file:///bench.${language}`;
  const service = new SyntaxService(new GrammarStore(grammarFolders(inRoot())));
  const text = sourceOf(language);
  const ms = (value) => `${value.toFixed(2)} ms`.padStart(10);
  // Once for the grammar and the queries; the second time is what a file costs.
  let first = 0;
  for (let round = 0; round < 2; round++) {
    const opened = performance.now();
    service.open({ uri, languageId: language, version: 0, text });
    await service.ready(uri, { deadlineMs: 20_000 });
    first = performance.now() - opened;
  }
  console.log(`${language}, ${text.split('\n').length} lines, ${text.length} characters`);
  console.log(`  first parse, in slices    ${ms(first)}`);
  for (const [title, keysOf] of Object.entries(statements)) {
    service.open({ uri, languageId: language, version: 0, text });
    await service.ready(uri, { deadlineMs: 20_000 });
    const { change, ready, asked } = await type(service, uri, language, text, keysOf);
    console.log(`  a keystroke, ${title}`);
    console.log(
      `    within the change       ${ms(median(change))}, p95 ${ms(quantile(change, 0.95))}`,
    );
    console.log(
      `    until the tree is there ${ms(median(ready))}, p95 ${ms(quantile(ready, 0.95))}`,
    );
    for (const [question, times] of Object.entries(asked))
      console.log(`    ${question.padEnd(24)}${ms(median(times))}`);
  }
  service.dispose();
}

/** Types a statement on a line of its own in functions all over the file. */
async function type(service, uri, language, text, keysOf) {
  const change = [];
  const ready = [];
  const asked = { place: [], enclosing: [], identifiersNear: [], bindingsAt: [] };
  const rows = text.split('\n');
  const starts = rows.flatMap((row, line) => (bodyStart[language].test(row) ? [line] : []));
  const rounds = Math.ceil(keys / keysOf.length);
  let version = 0;
  for (let round = 0; round < rounds; round++) {
    const row = starts[Math.floor((starts.length * (round + 0.5)) / rounds)];
    const indent = /^ */.exec(rows[row])[0];
    let at = { line: row + round, character: rows[row].length };
    for (const [index, { insert, move }] of keysOf.entries()) {
      const begun = performance.now();
      const newText = index === 0 ? `\n${indent}${insert}` : insert;
      service.change(uri, ++version, [{ range: { start: at, end: at }, text: newText }]);
      change.push(performance.now() - begun);
      const tree = await service.ready(uri, { deadlineMs: 20_000 });
      ready.push(performance.now() - begun);
      if (!tree) throw new Error(JSON.stringify(service.status(uri)));
      at =
        index === 0
          ? { line: at.line + 1, character: indent.length + move }
          : { line: at.line, character: at.character + move };
      const offset = offsetOf(tree.text, at);
      for (const [question, times] of Object.entries(asked)) {
        const asking = performance.now();
        tree[question](offset);
        times.push(performance.now() - asking);
      }
    }
  }
  return { change, ready, asked };
}

function offsetOf(text, { line, character }) {
  let offset = 0;
  for (let n = 0; n < line; n++) offset = text.indexOf('\n', offset) + 1;
  return offset + character;
}

for (const language of values.language.split(',')) await measure(language);
