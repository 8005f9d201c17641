/** Names by number, each kept once, for as long as somebody holds it. Numbers of released names are given again. */
export class NameTable {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly holders: number[] = [];
  private readonly free: number[] = [];

  /** The name's number, held once more. */
  hold(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.free.pop() ?? this.texts.length;
      this.numbers.set(name, number);
      this.texts[number] = name;
      this.holders[number] = 0;
    }
    this.holders[number] = (this.holders[number] ?? 0) + 1;
    return number;
  }

  release(number: number): void {
    const left = (this.holders[number] ?? 0) - 1;
    this.holders[number] = left;
    if (left > 0) return;
    this.numbers.delete(this.text(number));
    this.texts[number] = '';
    this.free.push(number);
  }

  find(name: string): number | undefined {
    return this.numbers.get(name);
  }

  text(number: number): string {
    return this.texts[number] ?? '';
  }

  /** More than every number that was given. */
  get bound(): number {
    return this.texts.length;
  }
}
