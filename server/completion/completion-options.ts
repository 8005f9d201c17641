import type { Lane, PromptPlan, Sampling } from '../engine/contract.js';
import type { Completion } from './completion.js';
import type { PromptOptions } from './prompt-at.js';
import type { PromptLog } from './prompt-log.js';
import type { Shape } from './shape.js';
import type { SyntaxSource } from './syntax-source.js';

export interface CompletionOptions extends PromptOptions {
  /** Most lines of a block; 1 keeps every completion on its line. */
  readonly maxLines: number;
  /** Forces the shape; by default the code around the cursor decides. */
  readonly shape?: Shape;
  /** How tokens are chosen; greedily by default. */
  readonly sampling?: Sampling;
  /** Who waits for it; by default, somebody who types: `inline`. */
  readonly lane?: Lane;
  /** What the answer may repeat besides the prompt; never changes it. See `GenerateOptions.draftSources`. */
  readonly drafts?: readonly string[];
  /** Where the document's syntax tree comes from. Without it, and where it has none, the text alone decides. */
  readonly syntax?: SyntaxSource;
  /**
   * Longest that parsing a candidate may take, milliseconds; then the text alone decides. By default what somebody who
   * types does not notice; who wants the same answer on every machine gives more.
   */
  readonly parseMs?: number;
  /** Where the prompt is written down for people. */
  readonly promptLog?: PromptLog;
  /** Called with the prompt before the model is asked. */
  readonly onPlan?: (plan: PromptPlan) => void;
  /** Called each time more was generated, with all of that before the filters; LF line ends. */
  readonly onGenerated?: (text: string) => void;
  /** Called with each line that was found beside the one that is resolved to, the likeliest first, before that is resolved. */
  readonly onOther?: (completion: Completion) => void;
  /** Called with each piece of the text as soon as it is certain; all pieces together are the text. */
  readonly onText?: (piece: string) => void;
}
