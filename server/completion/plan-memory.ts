import type { PreviousPlan } from '../prompt/previous-plan.js';

/** What the latest plan for each open document leaves to the next. Its owner forgets documents that are closed. */
export class PlanMemory {
  private readonly plans = new Map<string, PreviousPlan>();

  /** `undefined` for a document that no plan was made for. */
  recall(uri: string): PreviousPlan | undefined {
    return this.plans.get(uri);
  }

  remember(uri: string, { hole, snippets = [] }: PreviousPlan): void {
    this.plans.set(uri, { hole, snippets });
  }

  /** Another memory, which knows of the latest plan for one document. */
  copy(uri: string): PlanMemory {
    const copy = new PlanMemory();
    const latest = this.recall(uri);
    if (latest) copy.remember(uri, latest);
    return copy;
  }

  forget(uri: string): void {
    this.plans.delete(uri);
  }
}
