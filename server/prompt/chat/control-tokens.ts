import type { ChatFormat, Segment } from '../../engine/contract.js';

type Piece = { readonly kind: 'text'; readonly text: string } | Exclude<Segment, { kind: 'text' }>;

/** What a template wrote, cut at the names of control tokens; of two that begin at the same place, the longer one counts. */
export function cutAtTokens(text: string, format: ChatFormat): Piece[] {
  const named = new Set(format.controlTokens);
  const names = [...named, format.bosToken, format.eosToken]
    .filter((name) => name !== '')
    .sort((a, b) => b.length - a.length);
  if (names.length === 0) return text === '' ? [] : [{ kind: 'text', text }];
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: name, index } of text.matchAll(new RegExp(names.map(escaped).join('|'), 'g'))) {
    if (index > from) pieces.push({ kind: 'text', text: text.slice(from, index) });
    from = index + name.length;
    if (named.has(name)) pieces.push({ kind: 'named', name });
    else pieces.push({ kind: 'special', token: name === format.bosToken ? 'bos' : 'eos' });
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) });
  return pieces;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
