import createMarkdownIt, { type MarkdownIt } from 'markdown-it';

/** Answers stand below the page's own headings: a first-level heading of an answer is a third-level one of the page. */
const SHIFT = 2;

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
  rules.heading_open = rules.heading_close = (tokens, index) => {
    const token = tokens[index];
    const level = Math.min(6, Number(token?.tag.slice(1)) + SHIFT);
    return `<${token?.nesting === -1 ? '/' : ''}h${level}>`;
  };
  rules.th_open = rules.td_open = (tokens, index) => {
    const token = tokens[index];
    const side = /text-align:(left|center|right)/.exec(String(token?.attrGet('style') ?? ''))?.[1];
    return side ? `<${token?.tag ?? 'td'} class="align-${side}">` : `<${token?.tag ?? 'td'}>`;
  };
  return parser;
}
