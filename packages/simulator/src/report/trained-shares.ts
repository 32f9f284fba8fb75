import type { Series } from './list-series.ts';

/** For each block from 1, the share of device rounds, over all seeds, that trained it: depth k trains the last k. */
export function trainedShares({ seeds }: Series, blocks: number): number[] {
  const rounds = seeds.flatMap((seed) => seed.rounds);
  const depths = rounds.flatMap(({ devices }) => devices.map(({ depth }) => depth));
  return Array.from({ length: blocks }, (_, index) => {
    const trained = depths.filter((depth) => depth >= blocks - index).length;
    return depths.length === 0 ? 0 : trained / depths.length;
  });
}
