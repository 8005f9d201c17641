import { CodeBlock, type CodeAction } from './code-block.js';
import { showCode } from './highlight.js';
import { createParser } from './parser.js';
import { sanitize } from './sanitize.js';

export const parser = createParser();

/**
 * Markdown as nodes of the page, code blocks with their buttons.
 *
 * @param environment what the parser keeps of earlier parts of the text, link references for example; gets that of this one
 * @param firstBlock the number of its first code block
 */
export function renderMarkdown(
  text: string,
  environment: Record<string, unknown>,
  firstBlock: number,
  actions: readonly CodeAction[],
): { readonly content: DocumentFragment; readonly blocks: number } {
  const content = sanitize(parser.render(text, environment));
  const fences = [...content.querySelectorAll<HTMLElement>('pre[data-fence]')];
  for (const [i, fence] of fences.entries()) {
    const block = new CodeBlock(fence.dataset['fence'] ?? '', firstBlock + i, actions);
    showCode(block.target, fence.textContent, block.language);
    fence.replaceWith(block.element);
  }
  for (const table of content.querySelectorAll('table')) {
    const frame = document.createElement('div');
    frame.className = 'table-frame';
    table.replaceWith(frame);
    frame.append(table);
  }
  return { content, blocks: fences.length };
}
