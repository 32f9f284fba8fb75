import type { Series } from './list-series.ts';

/** How many device rounds, over all seeds, trained at each depth. */
export function countDepths({ seeds }: Series): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { depthCounts } of seeds.flatMap(({ rounds }) => rounds)) {
    for (const [depth, devices] of depthCounts) counts.set(depth, (counts.get(depth) ?? 0) + devices);
  }
  return counts;
}
