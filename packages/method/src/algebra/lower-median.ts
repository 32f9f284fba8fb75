/** The middle one of the values in their order; of an even number, the lower of the two. 0 of none. */
export function lowerMedian(values: readonly number[]): number {
  return Float64Array.from(values).sort()[Math.max(0, Math.ceil(values.length / 2) - 1)] ?? 0;
}
