import DOMPurify from 'dompurify';

const tags = [
  ...['p', 'br', 'hr', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code'],
  ...['strong', 'em', 's', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'span'],
];
const attributes = ['href', 'title', 'start', 'class', 'target', 'rel', 'data-fence'];

DOMPurify.addHook('uponSanitizeAttribute', (_, data) => {
  // Classes are those of highlight.js and of table cells: none that the page gives a meaning of its own.
  if (data.attrName === 'class')
    data.keepAttr = /^(?:(?:hljs|language|align)-[\w-]+|[a-z]+_)(?: (?:[a-z]+_))*$/.test(
      data.attrValue,
    );
});

/**
 * The last gate before HTML that was made of a model's or a file's text becomes part of the page: what is not named here
 * is dropped, and so are addresses other than of the web and of mail.
 */
export function sanitize(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: attributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
    // All others are held against the addresses that are allowed.
    ADD_URI_SAFE_ATTR: ['target', 'rel', 'start', 'data-fence'],
    RETURN_DOM_FRAGMENT: true,
  });
}
