import MarkdownIt from 'markdown-it';

/** A fenced code block of an answer. */
export interface CodeBlock {
  /** What stands behind its opening fence. */
  readonly info: string;
  /** LF line ends, without the last one. */
  readonly code: string;
  /** The line of text in front of it; empty where there is none. */
  readonly before: string;
}

const markdown = new MarkdownIt('commonmark');

/** The fenced code blocks of an answer, counted as a page counts them that shows it. */
export function codeBlocksOf(answer: string): CodeBlock[] {
  const lines = answer.split(/\r\n|\r|\n/);
  return markdown
    .parse(answer, {})
    .filter(({ type }) => type === 'fence')
    .map(({ info, content, map }) => {
      const above = lines.slice(0, map?.[0] ?? 0).filter((line) => line.trim() !== '');
      return { info: info.trim(), code: content.replace(/\n$/, ''), before: above.at(-1) ?? '' };
    });
}

const file = String.raw`[^\s"'\`*:=()<>|?]*[^\s"'\`*:=()<>|?./\\]\.[A-Za-z][A-Za-z0-9]{0,9}`;
const inInfo = new RegExp(
  String.raw`^[\w+#-]*[\s:]+(?:title=|file(?:name|path)?=)?["']?(${file})["']?$`,
);
const inLine = new RegExp(String.raw`(?:^|[\s\`*"'(])(${file})[\`*"')]*:?[\`*]*\s*$`);
const inComment = new RegExp(
  String.raw`^(?://|#|--|/\*|<!--)\s*(?:file:\s*)?(${file})\s*(?:\*/|-->)?$`,
  'i',
);

/** The file that a block says it belongs to: behind its fence, in the line before, or as its first comment. */
export function fileNamedBy({ info, code, before }: CodeBlock): string | undefined {
  const first = code.split('\n', 1)[0] ?? '';
  return inInfo.exec(info)?.[1] ?? inComment.exec(first)?.[1] ?? inLine.exec(before)?.[1];
}
