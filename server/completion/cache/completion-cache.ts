import { ownedText, textBytes } from './owned-text.js';
import { RadixTrie, type TrieEntry } from './radix-trie.js';
import { SharedTexts } from './shared-texts.js';
import { evidenceBehind, evidenceBytes, type Evidence } from '../confidence/evidence.js';
import type { Shape } from '../shape.js';

/** Where a completion is asked for. Texts have LF line ends. */
export interface CachePlace {
  readonly uri: string;
  /** Whatever else an answer depends on: the model, the settings. */
  readonly variant: string;
  /** The document up to the cursor, and from there on. */
  readonly prefix: string;
  readonly suffix: string;
}

/** What a model answered, after all filters; empty where it had nothing to offer. LF line ends. */
export interface CachedAnswer extends Evidence {
  readonly text: string;
  /** UTF-16 units after the cursor that the text takes the place of. */
  readonly replaced: number;
  readonly shape: Shape;
}

interface Kept extends CachedAnswer {
  readonly uri: string;
  readonly variant: string;
  readonly suffix: string;
  readonly bytes: number;
}

/** What an answer takes besides its texts, bytes; a rough figure. */
const ENTRY_BYTES = 240;

/**
 * Answers by the place they were given for. One is found again at its place, and farther on as long as what was typed
 * since is what it suggested: the rest of it is the answer then. The text after the cursor must be the same to the last
 * character. What was used least recently goes first.
 */
export class CompletionCache {
  private readonly documents = new Map<string, RadixTrie<Kept>>();
  private readonly suffixes = new SharedTexts();
  /** Least recently used first. */
  private readonly order = new Set<TrieEntry<Kept>>();
  private trieBytes = 0;
  private entryBytes = 0;

  /** `capacity`: bytes that keys and answers may take, about. */
  constructor(private readonly capacity = 16 * 2 ** 20) {}

  get size(): number {
    return this.order.size;
  }

  get bytes(): number {
    return this.trieBytes + this.entryBytes + this.suffixes.bytes;
  }

  /** Keeps an answer in place of the one before at the same place. One too large for the cache is not kept. */
  set({ uri, variant, prefix, suffix }: CachePlace, answer: CachedAnswer): void {
    const text = ownedText(answer.text);
    const { replaced, shape, tokens, statementEnds } = answer;
    const bytes = ENTRY_BYTES + textBytes(text) + evidenceBytes(answer);
    if (bytes + textBytes(prefix) + textBytes(suffix) > this.capacity / 4) return;
    const trie = this.documents.get(uri) ?? new RadixTrie<Kept>();
    this.documents.set(uri, trie);
    const kept: Kept = {
      ...{ uri, variant, suffix: this.suffixes.hold(suffix) },
      ...{ text, replaced, shape, tokens, statementEnds, bytes },
    };
    const previous = trie.get(prefix);
    const before = trie.bytes;
    const entry = trie.set(prefix, kept);
    this.trieBytes += trie.bytes - before;
    this.entryBytes += bytes;
    if (previous) this.dropped(previous);
    this.order.add(entry);
    for (const oldest of this.order) {
      if (this.bytes <= this.capacity) break;
      this.delete(oldest);
    }
  }

  /** The answer for this place, from the nearest place before it that knows one. */
  get({ uri, variant, prefix, suffix }: CachePlace): CachedAnswer | undefined {
    const matches = this.documents.get(uri)?.prefixesOf(prefix) ?? [];
    for (const { entry, length } of matches) {
      const { text, replaced, shape, ...kept } = entry.value;
      const typed = prefix.length - length;
      if (!text.startsWith(prefix.slice(length))) continue;
      // Typed to its end, it has nothing more to say.
      if (typed > 0 && text.slice(typed).trim() === '') continue;
      if (kept.variant !== variant || kept.suffix !== suffix) continue;
      this.order.delete(entry);
      this.order.add(entry);
      return { text: text.slice(typed), replaced, shape, ...evidenceBehind(kept, typed) };
    }
    return undefined;
  }

  /** Drops all that is known of a document. */
  forget(uri: string): void {
    for (const entry of this.order) if (entry.value.uri === uri) this.delete(entry);
  }

  clear(): void {
    for (const entry of this.order) this.delete(entry);
  }

  private delete(entry: TrieEntry<Kept>): void {
    const { uri } = entry.value;
    const trie = this.documents.get(uri);
    if (trie) {
      const before = trie.bytes;
      trie.delete(entry);
      this.trieBytes += trie.bytes - before;
      if (trie.isEmpty) this.documents.delete(uri);
    }
    this.dropped(entry);
  }

  /** What is left to do when an entry is out of its trie. */
  private dropped(entry: TrieEntry<Kept>): void {
    this.order.delete(entry);
    this.suffixes.release(entry.value.suffix);
    this.entryBytes -= entry.value.bytes;
  }
}
