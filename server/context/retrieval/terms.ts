/** Words of which nothing can be told, of questions and comments. */
const empty: ReadonlySet<string> = new Set(
  (
    'a an and are as at be between by can could do does for from get has have how i if in is it its like me my not of on or our ' +
    'should so that the their them there these they this to us use used was we what when where which who why will with ' +
    'would you your please explain show tell about'
  ).split(' '),
);
const LONGEST = 60;

/**
 * What a text is found by: its words and names in lower case, and the parts of names that are made of several. Scripts without
 * blanks between words are cut into pairs of characters.
 */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text.matchAll(/[\p{L}\p{N}_]+/gu)) {
    if (word.length > LONGEST) continue;
    if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}/u.test(word)) {
      terms.push(...pairs(word));
      continue;
    }
    const parts = word.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|\p{Lo}+/gu) ?? [];
    const all = parts.length > 1 ? [word, ...parts] : [word];
    terms.push(
      ...all
        .map((each) => each.toLowerCase())
        .filter(keeps)
        .map(singular),
    );
  }
  return terms;
}

function keeps(term: string): boolean {
  return term.length > 1 && !empty.has(term);
}

/** English plurals are found by what there is one of. */
function singular(term: string): string {
  if (term.length < 4) return term;
  return term.replace(/ies$/, 'y').replace(/(?<=[^su])s$/, '');
}

function pairs(word: string): string[] {
  const characters = Array.from(word);
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, at) => (characters[at] ?? '') + character);
}
