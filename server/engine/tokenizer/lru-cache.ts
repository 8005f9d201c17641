interface Entry<V> {
  /** The very string that was given to `set`. */
  readonly key: string;
  readonly value: V;
  readonly weight: number;
}

/** A least-recently-used cache of bounded weight, keyed by text. */
export class LruCache<V> {
  private readonly entries = new Map<string, Entry<V>>();
  private weight = 0;

  /** `capacity` is in whatever unit `set` gives weights in. */
  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    // Not the caller's key: that may be a slice, which would keep the whole text it was cut from alive.
    this.entries.set(entry.key, entry);
    return entry.value;
  }

  /**
   * A value heavier than a quarter of the capacity is not kept: it would push out too many others. `key` is
   * kept as it is given, so it should be no slice of a larger text.
   */
  set(key: string, value: V, weight: number): void {
    if (weight > this.capacity / 4) return;
    this.remove(key);
    this.entries.set(key, { key, value, weight });
    this.weight += weight;
    for (const oldest of this.entries.keys()) {
      if (this.weight <= this.capacity) break;
      this.remove(oldest);
    }
  }

  private remove(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.weight -= entry.weight;
  }
}
