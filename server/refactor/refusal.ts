/** Why there is no edit, and what to do: one sentence each, for a person. */
export interface EditRefusal {
  readonly message: string;
  readonly remedy: string;
}

export function refuse(message: string, remedy: string): { readonly refusal: EditRefusal } {
  return { refusal: { message, remedy } };
}
