import { ownedText, textBytes } from './owned-text.js';

/** One key of a trie, for as long as it is in it. */
export interface TrieEntry<V> {
  readonly value: V;
}

interface Node<V> {
  /** What the key has here beyond the parent's. Empty for the root alone. */
  label: string;
  parent: Node<V> | undefined;
  /** By the first UTF-16 unit of their labels. */
  readonly children: Map<number, Node<V>>;
  entry: Entry<V> | undefined;
}

interface Entry<V> extends TrieEntry<V> {
  node: Node<V>;
}

/** A key of the trie that a text begins with. */
export interface PrefixMatch<V> {
  readonly entry: TrieEntry<V>;
  /** Of the key, UTF-16 units. */
  readonly length: number;
}

/** What a node takes besides its label, bytes; a rough figure. */
const NODE_BYTES = 160;

/**
 * A map from strings to values that knows which of its keys a text begins with. Keys with the same beginning share it, so
 * many long keys that differ near their end take little more than one.
 */
export class RadixTrie<V> {
  private readonly root: Node<V> = node('', undefined);
  private used = 0;

  /** What labels and nodes take, about; values not counted. */
  get bytes(): number {
    return this.used;
  }

  get isEmpty(): boolean {
    return this.root.children.size === 0 && !this.root.entry;
  }

  /** Puts a value in place of the one that the key has, if any; its entry is out of the trie then. */
  set(key: string, value: V): TrieEntry<V> {
    let at = this.root;
    let length = 0;
    while (length < key.length) {
      const child = at.children.get(key.charCodeAt(length));
      if (!child) {
        at = this.add(at, ownedText(key.slice(length)));
        break;
      }
      const common = commonLength(child.label, key, length);
      at = common < child.label.length ? this.split(child, common) : child;
      length += common;
    }
    const entry: Entry<V> = { value, node: at };
    at.entry = entry;
    return entry;
  }

  /** The entry of exactly this key. */
  get(key: string): TrieEntry<V> | undefined {
    const [longest] = this.prefixesOf(key);
    return longest?.length === key.length ? longest.entry : undefined;
  }

  /** All keys that `text` begins with, the longest first. */
  prefixesOf(text: string): PrefixMatch<V>[] {
    const found: PrefixMatch<V>[] = [];
    let at: Node<V> | undefined = this.root;
    let length = 0;
    while (at && text.startsWith(at.label, length)) {
      length += at.label.length;
      if (at.entry) found.push({ entry: at.entry, length });
      at = length < text.length ? at.children.get(text.charCodeAt(length)) : undefined;
    }
    return found.reverse();
  }

  /** Takes out an entry that `set` has given, and nothing if it is out already. */
  delete(entry: TrieEntry<V>): void {
    const { node: at } = entry as Entry<V>;
    if (at.entry !== entry) return;
    at.entry = undefined;
    this.tidy(at);
  }

  private add(parent: Node<V>, label: string): Node<V> {
    const child = node(label, parent);
    parent.children.set(label.charCodeAt(0), child);
    this.used += NODE_BYTES + textBytes(label);
    return child;
  }

  /** Puts a node between `child` and its parent that has the first `length` units of its label. */
  private split(child: Node<V>, length: number): Node<V> {
    const { parent, label } = child;
    if (!parent) throw new Error('the root has no label to split');
    const upper = node(ownedText(label.slice(0, length)), parent);
    parent.children.set(label.charCodeAt(0), upper);
    child.label = ownedText(label.slice(length));
    child.parent = upper;
    upper.children.set(child.label.charCodeAt(0), child);
    this.used += NODE_BYTES;
    return upper;
  }

  /** Removes nodes that no entry needs: leaves, and those between a parent and an only child. */
  private tidy(at: Node<V>): void {
    const { parent } = at;
    if (at.entry || !parent) return;
    const [child, second] = at.children.values();
    if (second) return;
    this.used -= NODE_BYTES;
    if (child) {
      child.label = ownedText(at.label + child.label);
      child.parent = parent;
      parent.children.set(child.label.charCodeAt(0), child);
      return;
    }
    this.used -= textBytes(at.label);
    parent.children.delete(at.label.charCodeAt(0));
    this.tidy(parent);
  }
}

function node<V>(label: string, parent: Node<V> | undefined): Node<V> {
  return { label, parent, children: new Map(), entry: undefined };
}

/** How many units of `label` stand in `text` at `from`. */
function commonLength(label: string, text: string, from: number): number {
  if (text.startsWith(label, from)) return label.length;
  let length = 0;
  while (label.charCodeAt(length) === text.charCodeAt(from + length)) length++;
  return length;
}
