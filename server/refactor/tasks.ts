import type { EditKind } from '../../protocol/index.js';

/** What is asked of the model for a kind of edit, and what its answer must keep. */
export interface EditTask {
  /** For a person, in front of the name of what is edited. */
  readonly title: string;
  readonly task: string;
  /** Whether all names must still be defined that the old text defines. */
  readonly keepsNames: boolean;
  /** Whether everything but comments must stay as it is. */
  readonly keepsCode: boolean;
  /** Whether there must be more definitions than before. */
  readonly addsDefinition: boolean;
}

const free = { keepsNames: false, keepsCode: false, addsDefinition: false };
const named = { ...free, keepsNames: true };

export const editTasks: Readonly<Record<EditKind, EditTask>> = {
  rewrite: { title: 'Rewrite', task: 'Change the code as follows: {instruction}', ...free },
  simplify: {
    title: 'Simplify',
    task: 'Simplify the code. It must behave exactly as before, with the same names, parameters and results.',
    ...named,
  },
  extract: {
    title: 'Extract function from',
    task: `Move the following part of the code into a new function with a fitting name, and call that function in its place:
{focus}
The new function stands beside the one it was taken from. Answer with both of them.`,
    ...named,
    addsDefinition: true,
  },
  types: {
    title: 'Add types to',
    task: 'Add the types that are missing: of parameters, results, fields and variables that need one. Change nothing else.',
    ...named,
  },
  document: {
    title: 'Document',
    task: 'Write documentation comments for the code, in the form that is usual in this language: what it does, its parameters, its result, its errors. Leave the code as it is; comments that still hold stay, too.',
    ...named,
    keepsCode: true,
  },
  tests: {
    title: 'Write tests for',
    task: 'Write unit tests for the code: the usual case, the edge cases, the errors.',
    ...free,
  },
  fix: {
    title: 'Fix',
    task: `The tools of this language report a problem:
{diagnostic}
It is about this part:
{focus}
Mend it with as few changes as possible.`,
    ...named,
  },
  implement: {
    title: 'Implement',
    task: 'Write the body: all that its name, signature and comments promise. Leave name and signature as they are.',
    ...named,
  },
};
