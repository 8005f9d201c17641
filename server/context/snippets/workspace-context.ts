import type { ProvenanceGate } from '../../provenance/gate.js';
import type { Snippet } from '../../prompt/snippet.js';
import type { ContextPlace, ContextSource } from './context-source.js';
import type { Finding } from './finding.js';
import { fuse } from './fuse.js';
import { surroundingsOf, type Surroundings } from './surroundings.js';

/** Rankings of what might help at a place, each best first. */
export type Retriever = (around: Surroundings) => readonly (readonly Finding[])[];

/** Most findings that are asked for at the gate: more than any prompt has room for. */
const MOST = 16;

/** What the workspace has to say, as far as its retrievers find it and the gate lets it pass. */
export class WorkspaceContext implements ContextSource {
  /** Where the snippets came from that were handed out. */
  private readonly findings = new WeakMap<Snippet, Finding>();

  /**
   * @param retrievers of equal findings those of the earlier ones count
   * @param pathOf what a model reads as the name of a file; undefined leaves it nameless
   * @param onError told where a retriever fails: the others go on
   */
  constructor(
    private readonly retrievers: readonly Retriever[],
    private readonly gate: ProvenanceGate,
    private readonly pathOf: (uri: string) => string | undefined,
    private readonly onError: (error: unknown) => void = () => undefined,
  ) {}

  async snippets(place: ContextPlace, signal: AbortSignal): Promise<readonly Snippet[]> {
    const around = surroundingsOf(place);
    const found = fuse(this.retrievers.flatMap((each) => this.ranked(each, around))).slice(0, MOST);
    // What was shown stays in the prompt as long as it is true, also where it helps no more.
    const shown = place.shown.flatMap((each) => this.findings.get(each) ?? []);
    const known = shown.filter(
      (each) => !found.some((other) => same(each, other)) && each.isTrue(),
    );
    const passed: (Snippet | undefined)[] = [];
    const passages = [...found, ...known].map(async (finding, at) => {
      passed[at] = await this.pass(finding);
    });
    await untilAborted(Promise.all(passages), signal);
    return passed.filter((each) => each !== undefined);
  }

  private ranked(retrieve: Retriever, around: Surroundings): readonly (readonly Finding[])[] {
    try {
      return retrieve(around);
    } catch (error) {
      this.onError(error);
      return [];
    }
  }

  private async pass(finding: Finding): Promise<Snippet | undefined> {
    const { uri, text, origin } = finding;
    const { passed } = await this.gate.snippet(uri, text);
    if (!passed) return undefined;
    const path = this.pathOf(uri);
    const snippet: Snippet = {
      ...{ source: uri, text: passed.content, origin },
      ...(path !== undefined && { path }),
    };
    this.findings.set(snippet, finding);
    return snippet;
  }
}

function same(one: Finding, other: Finding): boolean {
  return one.uri === other.uri && one.text === other.text;
}

/** Resolves when the work is done or the signal aborts, whichever comes first. */
function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
    work.then(done, reject);
  });
}
