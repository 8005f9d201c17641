/**
 * The Engine contract: what the rest of the server may ask of a model, wherever that model runs.
 * The in-process native engine implements it today; a shared engine behind a socket and a remote one fit
 * the same interface. Nothing here knows an editor, a document or a file on disk.
 */

/** A control token named by its role. Which id it has, and whether it exists, is the model's business. */
export type SpecialToken =
  'bos' | 'eos' | 'fimPrefix' | 'fimSuffix' | 'fimMiddle' | 'fimSuffixFirst';

/**
 * One stretch of a prompt. `text` is encoded with control tokens switched off, so no document can forge a
 * sentinel; `special` is placed by id. `source` is the URI the text came from (or a `lacuna:` pseudo-URI), `origin` a word
 * for people on why it is there, where it is no part of what is written.
 */
export type Segment =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly source: string;
      readonly origin?: string;
    }
  | { readonly kind: 'special'; readonly token: SpecialToken }
  /** A control token by the name that the model's own vocabulary gives it, one of `ChatFormat.controlTokens`. */
  | { readonly kind: 'named'; readonly name: string };

/**
 * A whole prompt, in the order in which the model reads it. Text behind the last special token is the beginning of the
 * answer: the model continues it.
 */
export interface PromptPlan {
  readonly segments: readonly Segment[];
}

/** Who is waiting: a lane to the left is served before a lane to the right. */
export type Lane = 'inline' | 'chat' | 'speculate' | 'warm';

/** How the next token is chosen. All fields are optional; the default is greedy. */
export interface Sampling {
  /** 0 (greedy, the default) … 100. */
  readonly temperature?: number;
  /** Keep the k most likely tokens; 0 (default) keeps all. Up to 10⁹. */
  readonly topK?: number;
  /** Keep the smallest set with at least this much probability; 1 (default) keeps all. Above 0. */
  readonly topP?: number;
  /** Drop tokens less likely than this share of the most likely one; 0 (default) drops none. Below 1. */
  readonly minP?: number;
  /** Divides positive and multiplies negative logits of recent tokens; 1 (default) changes nothing. Above 0, up to 100. */
  readonly repetitionPenalty?: number;
  /** How many of the latest tokens the penalty looks at; default 64, at most 65536. */
  readonly repetitionWindow?: number;
  /**
   * How much counts what followed where the last tokens stood before: its share of the probabilities behind a long match, a
   * part of that behind a short one; 0 (default) counts nothing. Below 1. Small models copy names badly: it helps them.
   */
  readonly copy?: number;
  /** Same seed, same prompt, same text. A whole number from 0 (default) to 2⁵³ − 1. */
  readonly seed?: number;
}

/** What happens when prompt and answer do not fit the context. */
export type Overflow =
  /** A longer prompt is refused; an answer ends there, with reason `context`. */
  | { readonly rule: 'stop' }
  /**
   * The middle is dropped and work goes on: the first `keepFirst` tokens (a whole number, at most half the context) and
   * the newest stay. So much is dropped at once that it does not happen again soon.
   */
  | { readonly rule: 'trim'; readonly keepFirst: number };

export interface GenerateOptions {
  readonly lane: Lane;
  /** Upper bound of generated tokens, ≥ 0. With 0 the prompt is only prefilled. */
  readonly maxTokens: number;
  readonly sampling?: Sampling;
  /** The output ends before the first of these strings, even where one spans several tokens. */
  readonly stop?: readonly string[];
  /** By default, `stop`. */
  readonly overflow?: Overflow;
  /**
   * Takes back the last tokens of the plan, if it ends with text, and lets the answer begin with tokens that write the
   * same text again and may go on beyond it. So a prompt that ends inside a word, or behind a blank, is continued as if
   * it did not. What is written again is no part of the answer's text. Default false.
   */
  readonly heal?: boolean;
  /**
   * Above 1: the answer begins with the likeliest line that a search over so many beginnings at once finds. The line comes when
   * it is found, those behind it as they are written, greedily. Without temperature and penalty. Default 1, at most 6.
   */
  readonly beam?: number;
  /**
   * What the answer may repeat besides the prompt itself, such as recent edits; the latest last. Never changes the answer,
   * only how fast it comes.
   */
  readonly draftSources?: readonly string[];
  /** Aborting ends the generation with reason `aborted`, in prefill too. */
  readonly signal?: AbortSignal;
}

/** One generated token. `text` holds whole UTF-8 characters only, so it may be empty or belong to several tokens. */
export interface GeneratedToken {
  readonly id: number;
  readonly text: string;
  /** Natural logarithm of the probability of this token, `Sampling.copy` mixed in, before healing and any filter. ≤ 0. */
  readonly logProbability: number;
}

/** A first line that a search has found. */
export interface FoundLine {
  readonly tokens: readonly GeneratedToken[];
  /** Natural logarithm of the probability that the line is this one, by whatever tokens it ends. ≤ 0. */
  readonly logProbability: number;
}

/** Why a generation ended: a stop string, the model's own end token, the token limit, a full context, or an abort. */
export type FinishReason = 'stop' | 'end' | 'length' | 'context' | 'aborted';

export interface GenerationSummary {
  readonly reason: FinishReason;
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  /** Leading prompt tokens that were already in the KV cache. */
  readonly residentTokens: number;
  readonly generatedTokens: number;
  /** Tokens of prompt and answer that were dropped to fit the context. */
  readonly trimmedTokens: number;
  /** Prompt tokens that were taken back to be healed; generated tokens wrote their text again. */
  readonly healedTokens: number;
  /** Tokens that were guessed, from what had been read or by the model's own module for that, and those of them that the model agreed with. */
  readonly draftedTokens: number;
  readonly acceptedTokens: number;
  /**
   * Milliseconds from the start of work on this request to the end of prefill, and from there to the last token; pauses for
   * requests of higher lanes count.
   */
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** With `GenerateOptions.beam`: what was found, the first line of the answer in front, then the likeliest first. */
  readonly lines?: readonly FoundLine[];
}

/** A running generation: iterate it for tokens; `summary` settles when it has ended, and rejects with the same error as the iteration. */
export interface Generation extends AsyncIterable<GeneratedToken> {
  readonly summary: Promise<GenerationSummary>;
}

/** How the model wants a hole to be described; `none` where it was not trained to fill holes. */
export type FimLayout = 'psm' | 'spm' | 'none';

/** How a model wants to be talked to. */
export interface ChatFormat {
  /** Jinja source of its chat template. */
  readonly template: string;
  /** What `bos_token` and `eos_token` stand for in it; empty where the model has none. */
  readonly bosToken: string;
  readonly eosToken: string;
  /** Names of all control tokens, as a template may write them. */
  readonly controlTokens: readonly string[];
}

/** What a person or a planner needs to know of a loaded model. */
export interface EngineInfo {
  /** The model's own name, or its file name. */
  readonly model: string;
  readonly path: string;
  /** The same for the same model file, wherever it lies; absent where an engine cannot tell. */
  readonly fingerprint?: string;
  /** Where it runs and with what: `cpu (AVX-512, 2 threads)`. */
  readonly device: string;
  /** Why it runs there and nowhere else, where there was a choice: `the NVIDIA driver finds no GPU`. */
  readonly deviceReason?: string;
  /** What to do where that is not the device that was asked for. */
  readonly deviceRemedy?: string;
  /** Tokens that prompt and answer may fill together. */
  readonly contextLength: number;
  readonly fim: FimLayout;
  /** `Sampling.copy` that suits its completions; 0 where it is absent. */
  readonly copy?: number;
  /** `GenerateOptions.beam` that suits its completions; 1 where it is absent. */
  readonly beam?: number;
  /** Where `fim` is `none`: why, and which model to use instead. */
  readonly fimRemedy?: string;
  /** Absent where the model was not trained to answer: it has no chat template, or is a base model. */
  readonly chat?: ChatFormat;
  /** Where there is no `chat`: why, and which model to use instead. */
  readonly chatRemedy?: string;
}

/** The KV cache, in pages. totalPages = free + held + cached; all 0 where the engine has no cache of its own. */
export interface CacheUsage {
  readonly totalPages: number;
  readonly freePages: number;
  /** In use by requests; `sharedPages` of them by two or more. */
  readonly heldPages: number;
  readonly sharedPages: number;
  /** Kept for later requests; the least recently used go first. */
  readonly cachedPages: number;
  readonly pageTokens: number;
  readonly pageBytes: number;
}

export interface Engine {
  readonly info: EngineInfo;
  /** Number of tokens `text` would take as a text segment. */
  countTokens(text: string): number;
  /** Starts at once. Throws nothing itself: errors surface in the iteration and in `summary`. */
  generate(plan: PromptPlan, options: GenerateOptions): Generation;
  /**
   * Lets requests of this lane and of those to its right wait, those that run included, until it is called again; with
   * undefined none waits. For engines that share a processor: while somebody waits for one, the others pause.
   */
  hold(lane: Lane | undefined): void;
  /** How many leading tokens of `plan` already have KV. */
  resident(plan: PromptPlan): number;
  cacheUsage(): CacheUsage;
  /**
   * Writes the KV of what is resident of `plan` to a file, readable by this user alone; resolves to its number of tokens. With
   * 0, also where the engine cannot save, there is no file. Rejects with an EngineError.
   */
  savePrefix(plan: PromptPlan, path: string): Promise<number>;
  /**
   * Makes resident what `savePrefix` of the same model has written, as far as the cache has room; resolves to the number of
   * its tokens that are resident then. Rejects with an EngineError, and changes nothing, where the file is damaged or not
   * for this model.
   */
  restorePrefix(path: string): Promise<number>;
  /** Aborts what runs and frees the model. Idempotent. */
  close(): Promise<void>;
}

/**
 * An error a person can act on: what failed and why in `message`, what to do in `remedy`.
 */
export class EngineError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EngineError';
  }
}

/**
 * The device failed while a request ran on it: it is lost, or out of memory. The engine is of no more use, and the model
 * can be loaded anew on another device.
 */
export class DeviceError extends EngineError {
  override readonly name = 'DeviceError';
}
