/**
 * Translates a message and fills in its placeholders `{0}`, `{1}`, … VS Code's `l10n.t` is one; an English message is its
 * own key in `l10n/`.
 */
export type Translate = (message: string, ...values: readonly (string | number)[]) => string;

/** Leaves messages in English. */
export const english: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (placeholder, index: string) =>
    String(values[Number(index)] ?? placeholder),
  );
