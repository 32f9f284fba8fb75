import { countDepths } from './count-depths.ts';
import type { Series } from './list-series.ts';

/** For each block from 1, the share of device rounds, over all seeds, that trained it: depth k trains the last k. */
export function trainedShares(series: Series, blocks: number): number[] {
  const counts = [...countDepths(series)];
  const deviceRounds = counts.reduce((sum, [, devices]) => sum + devices, 0);
  return Array.from({ length: blocks }, (_, index) => {
    const trained = counts.reduce(
      (sum, [depth, devices]) => sum + (depth >= blocks - index ? devices : 0),
      0,
    );
    return deviceRounds === 0 ? 0 : trained / deviceRounds;
  });
}
