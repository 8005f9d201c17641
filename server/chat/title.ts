/** Longest title that is made of a question, in characters. */
const LONGEST = 60;

/** What a conversation is called that begins with this question: its first line that says anything, cut at a word. */
export function titleOf(question: string): string {
  const lines = question.split(/\r\n|\r|\n/).map((line) => line.replace(/\s+/g, ' ').trim());
  const line = lines.find((each) => /[\p{L}\p{N}]/u.test(each)) ?? lines.find(Boolean) ?? '';
  const characters = Array.from(line);
  if (characters.length <= LONGEST) return line;
  const word = characters.lastIndexOf(' ', LONGEST - 1);
  const end = word > LONGEST / 2 ? word : LONGEST - 1;
  return `${characters.slice(0, end).join('').trimEnd()}…`;
}
