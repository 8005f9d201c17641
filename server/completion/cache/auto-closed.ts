/** Most brackets and quotes that an editor closes by itself while somebody types as suggested. */
export const MOST_AUTO_CLOSED = 3;

/** Whether an editor may have put `text` behind the cursor by itself; nothing counts too. */
export function isAutoClosed(text: string): boolean {
  return text.length <= MOST_AUTO_CLOSED && /^[)\]}"'`]*$/.test(text);
}
