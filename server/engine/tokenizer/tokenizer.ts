/**
 * Text to token ids and back. The splitting patterns and the merges are run by `@huggingface/tokenizers`;
 * this class decides what is cut out beforehand, caches, and undoes the byte-level alphabet.
 */

import { AddedTokenSplitter, type AddedToken } from './added-tokens.js';
import { bytesOfToken } from './byte-level.js';
import type { PieceMerger, PieceSplitter } from './huggingface.js';
import { LruCache } from './lru-cache.js';

export interface TokenizerParts {
  readonly splitter: PieceSplitter;
  readonly merger: PieceMerger;
  /** By id: how the vocabulary writes a token. */
  readonly tokens: readonly string[];
  readonly added: readonly AddedToken[];
  /** See `PreTokenizerRule`; without it, text is always encoded in one go. */
  readonly safeCut?: RegExp | undefined;
}

/** Bytes of memory that encoded text may be cached in, about. */
const CACHE_BYTES = 8 * 1024 * 1024;

export class Tokenizer {
  private readonly documents: AddedTokenSplitter;
  private readonly templates: AddedTokenSplitter;
  private readonly literals: ReadonlyMap<number, string>;
  private readonly encoded = new LruCache<Int32Array>(CACHE_BYTES);

  constructor(private readonly parts: TokenizerParts) {
    this.documents = new AddedTokenSplitter(parts.added.filter((token) => !token.control));
    this.templates = new AddedTokenSplitter(parts.added);
    this.literals = new Map(parts.added.map((token) => [token.id, token.content]));
  }

  /**
   * Document text: control tokens are read as plain characters and never come out as ids. No BOS is added.
   * Unpaired surrogates become U+FFFD.
   */
  encode(text: string): Int32Array {
    return this.encodeSections(text, this.documents);
  }

  /** Text that may hold control tokens, such as a rendered chat template. Never give it document text. */
  encodeWithSpecials(text: string): Int32Array {
    return this.encodeSections(text, this.templates);
  }

  /** Bytes that are not UTF-8, as at the ends of a cut sequence, become U+FFFD. */
  decode(ids: Iterable<number>): string {
    const chunks = Array.from(ids, (id) => this.tokenBytes(id));
    return Buffer.concat(chunks).toString('utf8');
  }

  /** The bytes a token stands for; empty for an id outside the vocabulary. */
  tokenBytes(id: number): Uint8Array {
    const literal = this.literals.get(id);
    if (literal !== undefined) return Buffer.from(literal);
    const token = this.parts.tokens[id] ?? '';
    return bytesOfToken(token) ?? Buffer.from(token);
  }

  private encodeSections(text: string, splitter: AddedTokenSplitter): Int32Array {
    const wellFormed = text.replace(/\p{Surrogate}/gu, '\uFFFD');
    const parts: Int32Array[] = [];
    for (const section of splitter.split(wellFormed)) {
      if (typeof section === 'number') parts.push(Int32Array.of(section));
      else for (const chunk of this.chunks(section)) parts.push(this.encodeChunk(chunk));
    }
    return concatenate(parts);
  }

  /** The pieces of a section that can be encoded, and cached, one by one. */
  private *chunks(section: string): Generator<string> {
    let start = 0;
    if (this.parts.safeCut) {
      for (const match of section.matchAll(this.parts.safeCut)) {
        const end = match.index + match[0].length;
        yield section.slice(start, end);
        start = end;
      }
    }
    if (start < section.length) yield section.slice(start);
  }

  private encodeChunk(chunk: string): Int32Array {
    const known = this.encoded.get(chunk);
    if (known) return known;
    const { splitter, merger } = this.parts;
    const ids = Int32Array.from(merger.encode(splitter.pre_tokenize(chunk)), (token) => {
      const id = merger.tokens_to_ids.get(token);
      if (id === undefined) throw new Error(`the vocabulary has no token ${JSON.stringify(token)}`);
      return id;
    });
    // A slice would keep the whole text it was cut from alive: the key is a copy.
    const key = Buffer.from(chunk).toString();
    this.encoded.set(key, ids, 2 * key.length + ids.byteLength + 128);
    return ids;
  }
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
