import createMarkdownIt, { type MarkdownIt } from 'markdown-it';

/** The level of the page's own heading above an answer; those of the answer stand below it. */
const ABOVE = 2;

/** CommonMark with tables and strike-through; HTML is text, images are links to them, links lead to the web and to mail. */
export function createParser(): MarkdownIt {
  const parser = createMarkdownIt({ html: false, linkify: false, typographer: false });
  parser.validateLink = (url) => /^(?:https?|mailto):/i.test(url.trim());
  const { rules } = parser.renderer;
  const { escapeHtml } = parser.utils;

  rules.fence = (tokens, index) => {
    const { info = '', content = '' } = tokens[index] ?? {};
    return `<pre data-fence="${escapeHtml(info.trim())}">${escapeHtml(content)}</pre>`;
  };
  rules.image = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const source = escapeHtml(String(token?.attrGet('src') ?? ''));
    const text = escapeHtml(self.renderInlineAsText(token?.children ?? [], options, env));
    if (!source) return text;
    return `<a href="${source}" target="_blank" rel="noopener noreferrer">${text || source}</a>`;
  };
  rules.link_open = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    if (!token?.attrGet('href')) return '<a>';
    token.attrSet('target', '_blank');
    token.attrSet('rel', 'noopener noreferrer');
    token.attrSet('title', token.attrGet('href') ?? '');
    return self.renderToken(tokens, index, options);
  };
  rules.th_open = rules.td_open = (tokens, index) => {
    const token = tokens[index];
    const side = /text-align:(left|center|right)/.exec(String(token?.attrGet('style') ?? ''))?.[1];
    return side ? `<${token?.tag ?? 'td'} class="align-${side}">` : `<${token?.tag ?? 'td'}>`;
  };
  parser.core.ruler.push('heading_levels', ({ tokens, env }) => {
    for (const token of tokens) {
      if (token.type === 'heading_open') env['heading'] = levelOf(token.tag, env['heading']);
      if (token.type.startsWith('heading_')) token.tag = `h${String(env['heading'])}`;
    }
  });
  return parser;
}

/**
 * The level on the page of a heading of an answer. None is left out: a screen reader would look for it.
 *
 * @param before the level of the heading before it, if there is one
 */
function levelOf(tag: string, before: unknown): number {
  const deepest = typeof before === 'number' ? before + 1 : ABOVE + 1;
  return Math.min(6, deepest, Number(tag.slice(1)) + ABOVE);
}
