import type { Cuts } from '../prompt/fit-hole.js';

/** Where the latest plan for each open document cut it. Its owner forgets documents that are closed. */
export class PlanMemory {
  private readonly cuts = new Map<string, Cuts>();

  /** `undefined` for a document that no plan was made for. */
  recall(uri: string): Cuts | undefined {
    return this.cuts.get(uri);
  }

  remember(uri: string, cuts: Cuts): void {
    this.cuts.set(uri, cuts);
  }

  forget(uri: string): void {
    this.cuts.delete(uri);
  }
}
