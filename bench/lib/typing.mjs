// How somebody makes an edit: what is deleted goes at once, what is new is typed key by key.

/** How much two texts have in common at their beginning, and then at their end; UTF-16 units, between characters. */
function common(a, b) {
  const least = Math.min(a.length, b.length);
  let start = 0;
  while (start < least && a[start] === b[start]) start++;
  if (/[\ud800-\udbff]$/.test(a.slice(0, start))) start--;
  let end = 0;
  while (end < least - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  if (end > 0 && /^[\udc00-\udfff]/.test(a.slice(a.length - end))) end--;
  return { start, end };
}

/** The edit that a hunk makes to `text`: `inserted` in place of what is between `start` and `end`. */
export function editOf(text, { line, removed, added }) {
  let at = 0;
  for (let i = 0; i < line; i++) at = text.indexOf('\n', at) + 1;
  const lines = (list) => list.map((each) => `${each}\n`).join('');
  const [old, young] = [lines(removed), lines(added)];
  const same = common(old, young);
  const start = at + same.start;
  const edit = {
    start,
    end: at + old.length - same.end,
    inserted: young.slice(same.start, young.length - same.end),
  };
  // A new line is typed behind the end of the one before it.
  if (edit.inserted.endsWith('\n') && text[start - 1] === '\n' && edit.start === edit.end)
    return { start: start - 1, end: start - 1, inserted: `\n${edit.inserted.slice(0, -1)}` };
  return edit;
}

/** The keys of a text: an Enter brings the indentation of the next line with it, as editors do. */
export function keysOf(text) {
  return text.match(/\n[ \t]*|[^]/gu) ?? [];
}
