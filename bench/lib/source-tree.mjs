import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Words that names are made of. */
const words =
  'account batch cache device event field graph handler item job key ledger model node order price queue record session token user value worker zone'.split(
    ' ',
  );
const capital = (word) => word[0].toUpperCase() + word.slice(1);

/** Numbers that are the same on every machine (mulberry32). */
function random(seed) {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % most;
  };
}

/** What a language writes: a file of a class and functions that use what other files define. */
const languages = {
  ts: {
    name: (n) => `module${n}.ts`,
    head: (uses) =>
      uses.map(({ n, type }) => `import { ${type}, create${type} } from './module${n}.js';`),
    type: (name, field) => [
      `/** What a ${name} is. */`,
      `export class ${name} {`,
      `  private readonly ${field} = new Map<string, number>();`,
      `  constructor(readonly name: string, private readonly limit = 10) {}`,
      `  get size(): number {`,
      `    return this.${field}.size;`,
      `  }`,
      '}',
      `export function create${name}(name: string): ${name} {`,
      `  return new ${name}(name);`,
      '}',
    ],
    func: (name, type, field) => [
      `/** Counts what of ${field} is above the limit. */`,
      `export function ${name}(items: readonly ${type}[], limit = 4): Map<string, number> {`,
      `  const found = new Map<string, number>();`,
      `  for (const [index, item] of items.entries()) {`,
      `    if (item.size > limit && !found.has(item.name)) {`,
      `      found.set(item.name, Math.max(item.size, index));`,
      `    } else if (item.name.startsWith('${field}')) {`,
      `      found.set(\`\${item.name}-\${index}\`, create${type}(item.name).size);`,
      '    }',
      '  }',
      '  return found;',
      '}',
    ],
  },
  py: {
    name: (n) => `module${n}.py`,
    head: (uses) => uses.map(({ n, type }) => `from .module${n} import ${type}, create_${type}`),
    type: (name, field) => [
      `class ${name}:`,
      `    """What a ${name} is."""`,
      `    def __init__(self, name: str, limit: int = 10) -> None:`,
      `        self.name = name`,
      `        self.${field} = {}`,
      `    def size(self) -> int:`,
      `        return len(self.${field})`,
      '',
      `def create_${name}(name: str) -> ${name}:`,
      `    return ${name}(name)`,
    ],
    func: (name, type, field) => [
      `def ${name}(items: list[${type}], limit: int = 4) -> dict[str, int]:`,
      `    """Counts what of ${field} is above the limit."""`,
      `    found = {}`,
      `    for index, item in enumerate(items):`,
      `        if item.size() > limit and item.name not in found:`,
      `            found[item.name] = max(item.size(), index)`,
      `        elif item.name.startswith("${field}"):`,
      `            found[f"{item.name}-{index}"] = create_${type}(item.name).size()`,
      `    return found`,
    ],
  },
  go: {
    name: (n) => `module${n}.go`,
    head: (_, folder) => [`package ${folder}`, '', 'import "strings"'],
    type: (name, field) => [
      `// ${name} is what it says.`,
      `type ${name} struct {`,
      `	Name string`,
      `	${field} map[string]int`,
      '}',
      '',
      `func (m *${name}) Size() int { return len(m.${field}) }`,
      '',
      `func Create${name}(name string) *${name} {`,
      `	return &${name}{Name: name}`,
      '}',
    ],
    func: (name, type, field) => [
      `// ${capital(name)} counts what is above the limit.`,
      `func ${capital(name)}(items []*${type}, limit int) map[string]int {`,
      `	found := map[string]int{}`,
      `	for index, item := range items {`,
      `		if item.Size() > limit {`,
      `			found[item.Name] = index`,
      `		} else if strings.HasPrefix(item.Name, "${field}") {`,
      `			found[item.Name] = Create${type}(item.Name).Size()`,
      '		}',
      '	}',
      '	return found',
      '}',
    ],
  },
  cpp: {
    name: (n) => `module${n}.cc`,
    head: (uses) => ['#include <map>', ...uses.map(({ n }) => `#include "module${n}.h"`)],
    type: (name, field) => [
      `// What a ${name} is.`,
      `class ${name} {`,
      ' public:',
      `  explicit ${name}(std::string name, int limit = 10) : name_(name), limit_(limit) {}`,
      `  int Size() const { return ${field}_.size(); }`,
      `  const std::string& Name() const { return name_; }`,
      ' private:',
      `  std::map<std::string, int> ${field}_;`,
      '};',
      `${name} Create${name}(const std::string& name) {`,
      `  return ${name}(name);`,
      '}',
    ],
    func: (name, type, field) => [
      `// Counts what of ${field} is above the limit.`,
      `std::map<std::string, int> ${capital(name)}(const std::vector<${type}>& items, int limit = 4) {`,
      `  std::map<std::string, int> found;`,
      `  for (const auto& item : items) {`,
      `    if (item.Size() > limit && found.count(item.Name()) == 0) {`,
      `      found[item.Name()] = std::max<int>(item.Size(), limit);`,
      `    } else {`,
      `      found["${field}"] = Create${type}(item.Name()).Size();`,
      '    }',
      '  }',
      '  return found;',
      '}',
    ],
  },
  java: {
    name: (n) => `Module${n}.java`,
    head: (_, folder) => [`package shop.${folder};`, '', 'import java.util.Map;'],
    type: (name, field) => [
      `/** What a ${name} is. */`,
      `class ${name} {`,
      `  private final Map<String, Integer> ${field} = new java.util.HashMap<>();`,
      `  final String name;`,
      `  ${name}(String name) { this.name = name; }`,
      `  int size() { return ${field}.size(); }`,
      '}',
      `class Create${name} {`,
      `  static ${name} create${name}(String name) { return new ${name}(name); }`,
      '}',
    ],
    func: (name, type, field) => [
      `class ${capital(name)} {`,
      `  /** Counts what of ${field} is above the limit. */`,
      `  static Map<String, Integer> ${name}(Iterable<${type}> items, int limit) {`,
      `    Map<String, Integer> found = new java.util.HashMap<>();`,
      `    for (${type} item : items) {`,
      `      if (item.size() > limit && !found.containsKey(item.name)) {`,
      `        found.put(item.name, Math.max(item.size(), limit));`,
      `      } else if (item.name.startsWith("${field}")) {`,
      `        found.put(item.name, Create${type}.create${type}(item.name).size());`,
      '      }',
      '    }',
      '    return found;',
      '  }',
      '}',
    ],
  },
};

/**
 * Writes a tree of so many source files in five languages, of about six kilobytes each, that use each other's types. The
 * same on every machine.
 */
export function writeTree(root, files) {
  const next = random(7);
  const pick = () => words[next(words.length)];
  const endings = Object.keys(languages);
  const types = Array.from({ length: files }, (_, n) => `${capital(pick())}${capital(pick())}${n}`);
  for (let n = 0; n < files; n++) {
    const language = languages[endings[n % endings.length]];
    const folder = `${words[Math.floor(n / 100) % words.length]}${Math.floor(n / 100)}`;
    // Files of the same folder and language.
    const first = Math.floor(n / 100) * 100;
    const step = endings.length;
    const uses = Array.from({ length: 4 }, () => first + (n % step) + step * next(100 / step))
      .filter((each) => each < files && each !== n)
      .map((each) => ({ n: each, type: types[each] }));
    const lines = [...language.head(uses, folder), '', ...language.type(types[n], pick()), ''];
    for (let each = 0; each < 14; each++) {
      const { type } = uses[each % uses.length] ?? { type: types[n] };
      lines.push(...language.func(`${pick()}${capital(pick())}${next(500)}`, type, pick()), '');
    }
    mkdirSync(path.join(root, folder), { recursive: true });
    const file = path.join(root, folder, language.name(n));
    writeFileSync(file, lines.join('\n'));
    // What was written a moment ago may be written again within the same tick of the clock, so the index reads it twice.
    utimesSync(file, 1_700_000_000, 1_700_000_000);
  }
}
