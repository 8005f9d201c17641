/** Why a text is kept out of a prompt. */
export type RefusalReason =
  /** It is a file that holds secrets by its name: `.env`, a key, credentials. */
  | 'secret-file'
  /** The cursor stands in a secret. */
  | 'inside-secret'
  /** `.lacunaignore` names it. */
  | 'lacunaignore'
  /** `.gitignore` names it. */
  | 'gitignore'
  /** It is in none of the workspace's folders, or no file at all. */
  | 'outside'
  /** The workspace is not trusted. */
  | 'untrusted';

/** A refusal in words a person can act on. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** URI of what was refused. */
  readonly source: string;
  /** One sentence. */
  readonly message: string;
  /** What to do, if it should not be so. */
  readonly remedy: string;
}

/** Nothing was asked of the model, and why. */
export class RefusedError extends Error {
  /** What to do, if it should not be so. */
  readonly remedy: string;

  constructor(readonly refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusedError';
    this.remedy = refusal.remedy;
  }
}

const words: Readonly<Record<RefusalReason, (name: string) => readonly [string, string]>> = {
  'secret-file': (name) => [
    `Nothing of ${name} is shown to the model: files of that name hold secrets.`,
    'Keep secrets where they are, and rename the file if it holds none.',
  ],
  'inside-secret': (name) => [
    `The cursor stands in what looks like a secret in ${name}.`,
    'Move the cursor; the rest of the file is completed with the secret left out.',
  ],
  lacunaignore: (name) => [
    `Nothing of ${name} is shown to the model: .lacunaignore names it.`,
    'Change .lacunaignore if it should be completed.',
  ],
  gitignore: (name) => [
    `Nothing of ${name} is shown to the model: .gitignore names it.`,
    'Open the file to have it completed.',
  ],
  outside: (name) => [
    `Nothing of ${name} is shown to the model: it is no file of the workspace.`,
    'Add its folder to the workspace.',
  ],
  untrusted: (name) => [
    `Nothing of ${name} is shown to the model: the workspace is not trusted.`,
    'Trust the workspace.',
  ],
};

export function refusal(reason: RefusalReason, source: string): Refusal {
  const path = source.replace(/[?#].*$/s, '');
  const [message, remedy] = words[reason](decoded(path.slice(path.lastIndexOf('/') + 1)) || source);
  return { reason, source, message, remedy };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
