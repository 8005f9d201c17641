/** Which of a task's two instructions a model gets: one that says everything, or one as a person in a hurry writes it. */
export const instructionKinds = ['descriptive', 'lazy'] as const;
export type InstructionKind = (typeof instructionKinds)[number];

/** A file, an instruction, and how to tell whether it was followed. */
export interface EditTask {
  /** Unlike every other one of its data set. Runs are compared task by task, by it. */
  readonly id: string;
  /** Path of the document; its ending tells the language. */
  readonly file: string;
  /** Language identifier, as editors give them. */
  readonly language: string;
  /** What the task is about, as its data set says: `corrective`, `operator misuse`. */
  readonly kind?: string;
  readonly instruction: string;
  readonly before: string;
  /** What a person would have selected: offsets in `before`, UTF-16 units. */
  readonly selected: { readonly start: number; readonly end: number };
  /** The file as its data set has it in the end. */
  readonly gold: string;
  /** Python that fails where the file in front of it is wrong; absent where it cannot be run here. */
  readonly tests?: string;
}
