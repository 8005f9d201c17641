import { fileOf, pathOf } from '../../provenance/place.js';

/** Files that use each other's definitions, by their endings. Any other ending is a family of its own. */
const families: readonly (readonly string[])[] = [
  ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs', 'vue', 'svelte'],
  ['c', 'h', 'cc', 'cpp', 'cxx', 'hh', 'hpp', 'hxx', 'cu', 'cuh', 'm', 'mm'],
  ['py', 'pyi'],
  ['java', 'kt', 'kts', 'scala', 'groovy'],
  ['sh', 'bash', 'zsh'],
];

/** Whether what one file defines can be used in the other, as far as their names tell. */
export function sameFamily(one: string, other: string): boolean {
  return familyOf(one) === familyOf(other);
}

function familyOf(uri: string): string {
  const ending = /\.([^./]*)$/.exec(pathOf(uri))?.[1]?.toLowerCase() ?? '';
  return families.find((family) => family.includes(ending))?.[0] ?? ending;
}

/** Whether two URIs name one file, however they are written. */
export function sameFile(one: string, other: string): boolean {
  return one === other || (fileOf(one) ?? one) === (fileOf(other) ?? other);
}
