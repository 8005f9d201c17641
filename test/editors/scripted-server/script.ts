import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What the model of a scripted server answers. */
export interface ScriptedReply {
  /** Part of a prompt. Of all replies whose part occurs in it, the one counts whose part stands farthest back. */
  readonly when: string;
  /** One for each time it is asked; the last one from then on. */
  readonly answers: readonly string[];
  /** Milliseconds before each token; default 0. A script that is changed meanwhile counts from the next token on. */
  readonly tokenMs?: number;
  /** Of every token; the model is sure of them unless this says otherwise. */
  readonly logProbability?: number;
}

/** Names the file with the replies, a JSON array, for a scripted server. It is read anew for each prompt. */
export const scriptVariable = 'LACUNA_TEST_SCRIPT';

/** The reply to a prompt; `undefined` where the script has none. */
export function replyTo(
  prompt: string,
  replies: readonly ScriptedReply[],
): ScriptedReply | undefined {
  let best: { readonly reply: ScriptedReply; readonly at: number } | undefined;
  for (const reply of replies) {
    const at = prompt.lastIndexOf(reply.when);
    if (at >= 0 && (best === undefined || at > best.at)) best = { reply, at };
  }
  return best?.reply;
}

/** Counts how often each reply was asked for, by its `when`. */
export class ReplyCounter {
  private readonly asked = new Map<string, number>();

  /** The answer that it is the turn of. */
  next({ when, answers }: ScriptedReply): string {
    const count = this.asked.get(when) ?? 0;
    this.asked.set(when, count + 1);
    return answers[Math.min(count, answers.length - 1)] ?? '';
  }
}

/** The replies in a file; none where there is no file. */
export function readReplies(file: string | undefined): readonly ScriptedReply[] {
  if (file === undefined) return [];
  return JSON.parse(readFileSync(file, 'utf8')) as ScriptedReply[];
}

/** Writes them as a whole: a server may be reading. */
export function writeReplies(file: string, replies: readonly ScriptedReply[]): void {
  const part = `${file}.part`;
  writeFileSync(part, JSON.stringify(replies));
  renameSync(part, file);
}

const promptsBeside = (script: string) => `${script}.prompts`;

/** Keeps what the model was shown, beside its script. */
export function recordPrompt(script: string, prompt: string): void {
  appendFileSync(promptsBeside(script), `${JSON.stringify(prompt)}\n`);
}

/** What was kept beside a script, oldest first. */
export function recordedPrompts(script: string): readonly string[] {
  const file = promptsBeside(script);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as string);
}
