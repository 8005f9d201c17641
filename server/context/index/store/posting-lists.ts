/** No next entry. */
const NONE = -1;

/**
 * For each name the files that have it: linked lists in typed arrays, eight bytes an entry, so that half a million entries
 * are no work for the garbage collector.
 */
export class PostingLists {
  private heads = new Int32Array(1024).fill(NONE);
  private files = new Int32Array(1024);
  private next = new Int32Array(1024);
  private used = 0;
  /** First entry that was removed; the others hang on it. */
  private free = NONE;

  add(name: number, file: number): void {
    let entry = this.free;
    if (entry === NONE) entry = this.used++;
    else this.free = this.next[entry] ?? NONE;
    if (entry >= this.files.length) {
      this.files = grown(this.files, entry);
      this.next = grown(this.next, entry);
    }
    if (name >= this.heads.length) this.heads = grown(this.heads, name, NONE);
    this.files[entry] = file;
    this.next[entry] = this.heads[name] ?? NONE;
    this.heads[name] = entry;
  }

  /** Nothing where the file is not there. */
  remove(name: number, file: number): void {
    let before = NONE;
    for (let entry = this.head(name); entry !== NONE; entry = this.next[entry] ?? NONE) {
      if (this.files[entry] === file) {
        const behind = this.next[entry] ?? NONE;
        if (before === NONE) this.heads[name] = behind;
        else this.next[before] = behind;
        this.next[entry] = this.free;
        this.free = entry;
        return;
      }
      before = entry;
    }
  }

  /** In no order that means anything. */
  filesOf(name: number): number[] {
    const files: number[] = [];
    for (let entry = this.head(name); entry !== NONE; entry = this.next[entry] ?? NONE)
      files.push(this.files[entry] ?? NONE);
    return files;
  }

  private head(name: number): number {
    return this.heads[name] ?? NONE;
  }
}

function grown(array: Int32Array<ArrayBuffer>, index: number, fill = 0): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(index + 1, 2 * array.length)).fill(fill);
  larger.set(array);
  return larger;
}
