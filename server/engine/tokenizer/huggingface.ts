/**
 * The part of `@huggingface/tokenizers` that is used here, typed. (The package's own declarations import
 * each other without file extensions, which node16 resolution cannot follow.)
 */

import * as library from '@huggingface/tokenizers';

/** Cuts text into pieces, written in the byte-level alphabet. */
export interface PieceSplitter {
  pre_tokenize(text: string): string[];
}

/** Merges the characters of each piece into tokens. */
export interface PieceMerger {
  encode(pieces: readonly string[]): string[];
  readonly tokens_to_ids: ReadonlyMap<string, number>;
}

export interface LibraryTokenizer {
  readonly pre_tokenizer: PieceSplitter | null;
  readonly model: PieceMerger;
}

type Constructor = new (json: object, config: object) => LibraryTokenizer;

const { Tokenizer } = library as unknown as { readonly Tokenizer: Constructor };

/** @throws Error of the library's own on a description it cannot follow. */
export function createLibraryTokenizer(json: object): LibraryTokenizer {
  return new Tokenizer(json, {});
}
