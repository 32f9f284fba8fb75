import { itemAt } from '@legend-fl/base';
/** Something that can be timed again and again. */
export interface Repeatable {
  /** Seconds of one more execution. */
  seconds(): Promise<number>;
}

/**
 * Medians of several measurements taken in turn, A B C A B C …, so that a change of the machine's speed hits all.
 * @param budgetSeconds after which no further turn begins, once there has been one
 */
export async function medianSeconds(
  measurements: readonly Repeatable[],
  repeats: number,
  budgetSeconds: number = Number.POSITIVE_INFINITY,
): Promise<number[]> {
  const samples = measurements.map((): number[] => []);
  const start = performance.now();
  // The first round warms up: it fills caches and grows the heap.
  for (let round = 0; round <= repeats; round++) {
    if (round > 1 && (performance.now() - start) / 1000 > budgetSeconds) break;
    for (const [index, measurement] of measurements.entries()) {
      const seconds = await measurement.seconds();
      if (round > 0) itemAt(samples, index).push(seconds);
    }
  }
  return samples.map((values) => {
    const ascending = values.toSorted((a, b) => a - b);
    return itemAt(ascending, Math.floor(ascending.length / 2));
  });
}

/** Least-squares slope of y over x. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, value, index) => sum + (value - meanX) * (itemAt(y, index) - meanY), 0);
  const variance = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  return covariance / variance;
}
