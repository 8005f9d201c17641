/** A part of a question: plain, or a mention of something that the model is to be shown. */
export interface QuestionPart {
  readonly text: string;
  readonly mention: boolean;
}

const mention =
  /(?<![^\s(])@(?:(?:file|symbol):(?:"[^"\n]*"|\S+)|(?:selection|problems|diff|repo)\b)/g;

/** A question, taken apart at its mentions. */
export function questionParts(question: string): readonly QuestionPart[] {
  const parts: QuestionPart[] = [];
  let end = 0;
  for (const match of question.matchAll(mention)) {
    if (match.index > end) parts.push({ text: question.slice(end, match.index), mention: false });
    parts.push({ text: match[0], mention: true });
    end = match.index + match[0].length;
  }
  if (end < question.length) parts.push({ text: question.slice(end), mention: false });
  return parts;
}

/** What is being typed behind an `@`: where that stands, and the text between it and the cursor. */
export function mentionAt(
  text: string,
  cursor: number,
): { readonly start: number; readonly query: string } | undefined {
  const match = /(?:^|[\s(])@([^\s@]*)$/.exec(text.slice(0, cursor));
  const query = match?.[1];
  return query === undefined ? undefined : { start: cursor - query.length - 1, query };
}
