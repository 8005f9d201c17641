import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Test libraries by the name of their packages, the more particular first. */
const libraries: Readonly<Record<string, string>> = {
  vitest: 'Vitest',
  jest: 'Jest',
  mocha: 'Mocha with node:assert',
  ava: 'AVA',
  jasmine: 'Jasmine',
};

const ecmascript = /^(?:java|type)script(?:react)?$/;

/** What is usual where nothing says otherwise. */
const usual: Readonly<Record<string, string>> = {
  python: 'pytest',
  go: 'the testing package',
  java: 'JUnit 5',
  csharp: 'xUnit',
  ruby: 'Minitest',
  php: 'PHPUnit',
};

/** How many folders above a file are looked into for its package. */
const FOLDERS = 8;

/**
 * The library that the tests of a file are to be written with, in words for a model; undefined where none is usual.
 *
 * @param read the text of a file, undefined where there is none or it may not be read
 */
export async function testFramework(
  file: string,
  languageId: string,
  read: (uri: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (!ecmascript.test(languageId)) return usual[languageId];
  let folder = path.dirname(file);
  for (let count = 0; count < FOLDERS; count++) {
    const text = await read(pathToFileURL(path.join(folder, 'package.json')).href);
    if (text !== undefined) {
      const found = Object.keys(libraries).find((name) => dependsOn(text, name));
      return found === undefined ? 'node:test and node:assert' : libraries[found];
    }
    const above = path.dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  return 'node:test and node:assert';
}

function dependsOn(manifest: string, name: string): boolean {
  try {
    const { dependencies, devDependencies } = JSON.parse(manifest) as Record<string, unknown>;
    return [dependencies, devDependencies].some(
      (each) => typeof each === 'object' && each !== null && name in each,
    );
  } catch {
    // A manifest that is being edited tells nothing.
    return false;
  }
}
