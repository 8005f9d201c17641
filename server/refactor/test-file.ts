import path from 'node:path/posix';

/** How the files of tests are called in a language, best guess first, by the name of the tested file without extension. */
const conventions: Readonly<
  Record<string, (name: string, extension: string) => readonly string[]>
> = {
  typescript: ecmascript,
  typescriptreact: ecmascript,
  javascript: ecmascript,
  javascriptreact: ecmascript,
  python: (name) => [
    `test_${name}.py`,
    `tests/test_${name}.py`,
    `../tests/test_${name}.py`,
    `${name}_test.py`,
  ],
  go: (name) => [`${name}_test.go`],
  java: (name) => [`${name}Test.java`],
  csharp: (name) => [`${name}Tests.cs`],
  ruby: (name) => [`${name}_test.rb`, `../test/${name}_test.rb`, `../spec/${name}_spec.rb`],
  php: (name) => [`${name}Test.php`, `../tests/${name}Test.php`],
  cpp: (name, extension) => [`${name}_test${extension}`, `test_${name}${extension}`],
  c: (name, extension) => [`${name}_test${extension}`, `test_${name}${extension}`],
};

function ecmascript(name: string, extension: string): string[] {
  return ['test', 'spec'].flatMap((word) => [
    `${name}.${word}${extension}`,
    `__tests__/${name}.${word}${extension}`,
  ]);
}

export function hasTestConvention(languageId: string): boolean {
  return languageId in conventions;
}

/** Whether a file holds tests itself, by its name. */
export function isTestFile(file: string): boolean {
  return /(?:^|[._/-])(?:tests?|spec|__tests__)(?:[._/-]|$)|(?:Tests?|Spec)\.\w+$/.test(file);
}

/**
 * Paths at which the tests of a file may be, relative to it; the first is where a new one belongs. None where nothing is
 * known of the language, and where the file is one of tests.
 */
export function testFilesOf(file: string, languageId: string): readonly string[] {
  const { dir, name, ext } = path.parse(file);
  if (isTestFile(path.basename(file))) return [];
  const mirrored =
    languageId === 'java' && dir.includes('/src/main/')
      ? [path.join(dir.replace('/src/main/', '/src/test/'), `${name}Test.java`)]
      : [];
  const beside = (conventions[languageId]?.(name, ext) ?? []).map((each) => path.join(dir, each));
  return [...mirrored, ...beside];
}
