/** Markdown of the same length with blanks in the place of code, be it in blocks or within a line. */
export function withoutCode(markdown: string): string {
  let open: string | undefined;
  let text = '';
  const paragraphs: string[] = [];
  const finish = (): void => {
    if (text !== '') paragraphs.push(withoutSpans(text));
    text = '';
  };
  for (const line of markdown.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const [, fence = '', info = ''] = /^ {0,3}(`{3,}|~{3,})([^\r\n]*)/.exec(line) ?? [];
    const opens = open === undefined && fence !== '' && !(fence[0] === '`' && info.includes('`'));
    if (open === undefined && !opens) {
      text += line;
      // No code reaches over a blank line.
      if (line.trim() === '') finish();
      continue;
    }
    finish();
    paragraphs.push(blank(line));
    if (open === undefined) open = fence;
    else if (fence.startsWith(open) && info.trim() === '') open = undefined;
  }
  finish();
  return paragraphs.join('');
}

function withoutSpans(text: string): string {
  const runs = [...text.matchAll(/`+/g)].map(({ 0: { length }, index }) => ({ length, index }));
  // For each run the next one of the same length: what closes it.
  const closing = new Array<number>(runs.length);
  const next = new Map<number, number>();
  for (let at = runs.length - 1; at >= 0; at--) {
    const length = runs[at]?.length ?? 0;
    closing[at] = next.get(length) ?? -1;
    next.set(length, at);
  }
  let result = '';
  let end = 0;
  for (let at = 0; at < runs.length; at++) {
    const opener = runs[at];
    const closer = runs[closing[at] ?? -1];
    if (!opener || !closer) continue;
    const behind = closer.index + closer.length;
    result += text.slice(end, opener.index) + blank(text.slice(opener.index, behind));
    end = behind;
    at = closing[at] ?? at;
  }
  return result + text.slice(end);
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}
