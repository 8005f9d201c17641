/** Figures of the predictions of each group, by its name in alphabetical order; those of no group are left out. */
export function figuresByGroup<Prediction, Figures>(
  predictions: readonly Prediction[],
  groupOf: (prediction: Prediction) => string | undefined,
  figuresOf: (group: readonly Prediction[]) => Figures,
): Record<string, Figures> {
  const names = [...new Set(predictions.flatMap((each) => groupOf(each) ?? []))].sort();
  return Object.fromEntries(
    names.map((name) => [name, figuresOf(predictions.filter((each) => groupOf(each) === name))]),
  );
}
