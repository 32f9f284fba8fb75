import { expect } from 'vitest';

/** Every |actual - expected| is below `tolerance` times the larger of `floor` and the largest expected magnitude. */
export function expectClose(
  actual: readonly number[] | undefined,
  expected: readonly number[] | undefined,
  tolerance: number,
  floor = 1,
): void {
  expect(expected).toBeDefined();
  expect(actual).toHaveLength(expected?.length ?? 0);
  const scale = Math.max(floor, ...(expected ?? []).map(Math.abs));
  const differences = (expected ?? []).map((value, index) =>
    Math.abs(value - (actual?.[index] ?? Number.NaN)),
  );
  expect(Math.max(0, ...differences) / scale).toBeLessThan(tolerance);
}
