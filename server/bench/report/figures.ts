import type { Device, NativeEngineInfo, NativeModelFile } from '../../engine/native/addon.js';
import { activeBytes, cacheBytesPerToken } from '../active-bytes.js';
import type { AbortFigures } from '../aborts.js';
import type { Journal } from '../journal.js';
import { itemsOf, type SpeedPlan } from '../measure.js';
import type { ReplayFigures } from '../replay.js';
import { spreadOf, type Spread } from '../statistics.js';

/** What `lacuna bench --json` prints. Rates are tokens a second, sizes bytes, times milliseconds. */
export interface BenchReport {
  /** Grows when a field changes its meaning or goes. */
  readonly schema: 1;
  readonly model: { readonly name: string; readonly path: string; readonly fileBytes: number };
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryBytes: number };
  readonly engine: {
    readonly device: Device;
    /** With `cuda`: its name. */
    readonly gpu?: string;
    readonly cpuPath: string;
    readonly threads: number;
    readonly chunk: number;
    readonly contextLength: number;
  };
  /** From the start of loading, the file's pages in memory, to a model that is ready, and to a first token. */
  readonly load: { readonly ms: number; readonly firstTokenMs: number };
  readonly memory: MemoryFigures;
  readonly bytesPerToken: {
    /** Weights that one token cannot do without. */
    readonly weights: number;
    /** What the cache holds for a token, and the least it could: latent and rotary key in two bytes a value. */
    readonly cache: number;
    readonly leastCache: number;
  };
  readonly prefill: Readonly<Record<number, Spread>>;
  readonly decode: Readonly<Record<number, DecodeFigures>>;
  readonly replay: readonly ReplayFigures[];
  readonly aborts: AbortFigures | null;
  readonly peer: PeerFigures | null;
  /** Ours by the peer's, medians, by item (`decode0`, `prefill512`); null where one of them has no figure. */
  readonly ratios: Readonly<Record<string, number | null>>;
  /** Why, for each null in `ratios`. */
  readonly missing: Readonly<Record<string, string>>;
}

export interface DecodeFigures extends Spread {
  /** Bytes that a token reads at this depth, weights and cache, and the least that it could. */
  readonly bytesPerToken: number;
  readonly leastBytesPerToken: number;
  /** `bytesPerToken` times the median rate. */
  readonly bytesPerSecond: number;
}

export interface MemoryFigures {
  /** The most that was seen, the mapped file's pages included. */
  readonly rssBytes: number;
  /** How much of that is beyond the size of the file; negative where not all of it was touched. */
  readonly overFileBytes: number;
  /** What is not a file's; null where the system does not tell. */
  readonly anonymousBytes: number | null;
}

export interface PeerFigures {
  readonly name: string;
  readonly package: string;
  /** llama.cpp's own release. */
  readonly release: string;
  readonly device: Device;
  readonly threads: number;
  readonly batch: number;
  /** Whether its AMX build crashed on this file, and the best build without AMX ran instead. */
  readonly withoutAmx: boolean;
  /** From the start of loading, the file's pages in memory; null where it never came so far. */
  readonly firstTokenMs: number | null;
  readonly memory: MemoryFigures | null;
  readonly prefill: Readonly<Record<number, Spread>>;
  readonly decode: Readonly<Record<number, Spread>>;
}

/** Medians and spreads of what one subject has in the journal, by length. */
export function spreadsOf(
  journal: Journal,
  identity: string,
  plan: SpeedPlan,
  kind: 'prefill' | 'decode',
): Record<number, Spread> {
  const items = itemsOf(plan).filter((item) => item.kind === kind);
  return Object.fromEntries(
    items.flatMap(({ name, length }) => {
      const values = journal.values(identity, name);
      return values.length === 0 ? [] : [[length, spreadOf(values)]];
    }),
  );
}

export function decodeFigures(
  spreads: Readonly<Record<number, Spread>>,
  file: NativeModelFile,
  { kvBytesPerToken }: NativeEngineInfo,
): Record<number, DecodeFigures> {
  const weights = activeBytes(file);
  const leastCache = cacheBytesPerToken(file);
  return Object.fromEntries(
    Object.entries(spreads).map(([depth, spread]) => {
      const bytesPerToken = weights + Number(depth) * kvBytesPerToken;
      return [
        depth,
        {
          ...spread,
          bytesPerToken,
          leastBytesPerToken: weights + Number(depth) * Math.min(leastCache, kvBytesPerToken),
          bytesPerSecond: bytesPerToken * spread.median,
        },
      ];
    }),
  );
}

/** `undefined` where the journal has nothing of the subject. */
export function memoryFigures(
  journal: Journal,
  identity: string,
  fileBytes: number,
): MemoryFigures | undefined {
  const rss = journal.values(identity, 'rssBytes');
  if (rss.length === 0) return undefined;
  const rssBytes = Math.max(...rss);
  const anonymous = journal.values(identity, 'anonymousBytes');
  return {
    rssBytes,
    overFileBytes: rssBytes - fileBytes,
    anonymousBytes: anonymous.length === 0 ? null : Math.max(...anonymous),
  };
}

/** Ours by theirs for every item of the plan, and why where there is none. */
export function ratiosOf(
  plan: SpeedPlan,
  journal: Journal,
  ours: string,
  theirs: string,
  reasonFor: (identity: string, item: string) => string,
): Pick<BenchReport, 'ratios' | 'missing'> {
  const ratios: Record<string, number | null> = {};
  const missing: Record<string, string> = {};
  for (const { name } of itemsOf(plan)) {
    const [mine, other] = [journal.values(ours, name), journal.values(theirs, name)];
    if (mine.length > 0 && other.length > 0) {
      ratios[name] = spreadOf(mine).median / spreadOf(other).median;
    } else {
      ratios[name] = null;
      missing[name] = reasonFor(mine.length === 0 ? ours : theirs, name);
    }
  }
  return { ratios, missing };
}
