/** Lines of ignore files, one by one. All functions are pure. */

/**
 * A line of the ignore file in folder `base` as the same rule for the root's ignore file; `undefined` for blank lines and
 * comments. `base` is relative, with `/` between its parts, and empty for the root.
 */
export function rebasedRule(line: string, base: string): string | undefined {
  if (line.startsWith('#') || line.trim() === '') return undefined;
  const negated = line.startsWith('!');
  const pattern = negated ? line.slice(1) : line;
  // A slash before the end ties a pattern to its folder; others hold at any depth.
  const tied = /\/(?=.*[^\s/])/.test(pattern);
  const folder = base === '' ? '' : `/${base.replace(/[\\*?[\]!# ]/g, '\\$&')}`;
  const depth = tied ? '/' : '/**/';
  return `${negated ? '!' : ''}${folder}${depth}${pattern.replace(/^\//, '')}`;
}

/** Most wildcards in one part of a pattern: the time to match grows with the length of a name to the power of their number. */
const MOST_WILDCARDS = 3;
const LONGEST_RULE = 1000;

/**
 * The rule, or where it would take too long to match, a wider one, or none if it takes files out again: a hostile ignore
 * file can hide more than it says, but never hold up the server.
 */
export function boundedRule(rule: string): string | undefined {
  const parts = rule.split('/').map(boundedPart);
  const bounded = parts.join('/');
  if (bounded === rule && rule.length <= LONGEST_RULE) return rule;
  if (rule.startsWith('!')) return undefined;
  return bounded.length <= LONGEST_RULE ? bounded : '*';
}

function boundedPart(part: string): string {
  const wildcards = [...part.matchAll(/\*+/g)];
  const last = wildcards[MOST_WILDCARDS - 1];
  if (wildcards.length <= MOST_WILDCARDS || !last) return part;
  return part.includes('[') ? '*' : part.slice(0, last.index + 1);
}
