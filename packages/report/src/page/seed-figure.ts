/** One figure over the seeds of an experiment that have it. */
export interface SeedFigure {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Sample standard deviation; null of a single seed. */
  readonly deviation: number | null;
  /** How many seeds have the figure. */
  readonly seeds: number;
}

/** The figure over seeds from its values, null where a seed lacks it; null where all do. */
export function seedFigure(values: readonly (number | null)[]): SeedFigure | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    min: Math.min(...known),
    max: Math.max(...known),
    deviation: known.length === 1 ? null : Math.sqrt(squares / (known.length - 1)),
    seeds: known.length,
  };
}
