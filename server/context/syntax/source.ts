import type { Node } from 'web-tree-sitter';
import type { Grammar } from './grammar.js';

/** What the functions of this folder look at: a text, its tree, and the queries of its language. */
export interface Source {
  readonly grammar: Grammar;
  readonly root: Node;
  readonly text: string;
}
