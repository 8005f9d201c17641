/** For a letter that is found, that begins a word, that follows the one before, and in the last part of a path. */
const [FOUND, BEGINS, FOLLOWS, IN_NAME] = [1, 4, 3, 2];

/**
 * How well a few letters fit a name, in any case: all of them must occur in it, in their order. Letters that begin words or follow
 * each other count more, and so does the last part of a path. 0 where they do not fit; 1 for no letters at all.
 */
export function fuzzyScore(letters: string, name: string): number {
  const wanted = letters.toLowerCase();
  if (wanted === '') return 1;
  const text = name.toLowerCase();
  if (text.length !== name.length) return text.includes(wanted) ? 1 : 0;
  const last = text.lastIndexOf('/') + 1;
  // Within the last part where they fit there, else anywhere.
  return Math.max(
    scoreFrom(wanted, name, text, last, last),
    scoreFrom(wanted, name, text, 0, last),
  );
}

function scoreFrom(wanted: string, name: string, text: string, from: number, last: number): number {
  let score = 0;
  let before = -2;
  let at = from;
  for (const letter of wanted) {
    const found = text.indexOf(letter, at);
    if (found < 0) return 0;
    score += FOUND;
    if (found === before + 1) score += FOLLOWS;
    if (beginsWord(name, found)) score += BEGINS;
    if (found >= last) score += IN_NAME;
    before = found;
    at = found + letter.length;
  }
  return text.slice(last) === wanted || text === wanted ? score + BEGINS * wanted.length : score;
}

function beginsWord(name: string, at: number): boolean {
  const before = name.charAt(at - 1);
  if (before === '' || /[^\p{L}\p{N}]/u.test(before)) return true;
  return /\p{Ll}/u.test(before) && /\p{Lu}/u.test(name.charAt(at));
}
