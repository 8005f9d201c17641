/** Hands a text to the browser as a file to save. */
export function saveMarkdown(title: string, markdown: string): void {
  const address = URL.createObjectURL(new Blob([markdown], { type: 'text/markdown' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${title.replace(/[^\p{L}\p{N} _-]+/gu, '').trim() || 'conversation'}.md`;
  link.click();
  URL.revokeObjectURL(address);
}
