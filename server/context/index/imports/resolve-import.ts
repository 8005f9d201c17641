/** Whether a URI is a file of the index. */
type IsFile = (uri: string) => boolean;

/** What a TypeScript or JavaScript specifier may leave out, in the order in which it is looked for. */
const ENDINGS = ['.ts', '.tsx', '.d.ts', '.js', '.jsx', '.mjs', '.cjs', '.mts', '.cts'];
/** What a specifier says where the source has another ending. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.d.ts'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/** The file that a relative specifier means, by itself, by an ending it leaves out, or by an index file of a folder. */
export function resolveImport(
  fromUri: string,
  specifier: string,
  isFile: IsFile,
): string | undefined {
  if (!/^\.\.?(?:\/|$)/.test(specifier)) return undefined;
  const base = new URL(specifier, fromUri).href.replace(/\/$/, '');
  const ending = /\.[a-z]+$/.exec(base)?.[0] ?? '';
  const stem = base.slice(0, base.length - ending.length);
  return [
    base,
    ...(SOURCES[ending] ?? []).map((each) => stem + each),
    ...ENDINGS.map((each) => base + each),
    ...ENDINGS.map((each) => `${base}/index${each}`),
  ].find(isFile);
}
