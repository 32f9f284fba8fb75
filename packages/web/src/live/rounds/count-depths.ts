import type { HeatCell } from '@legend-fl/look/charts';
import type { RoundView } from '@legend-fl/protocol';

/** Rows of a heat map, a row per depth from the deepest down: how many devices trained so many blocks in each round. */
export function countDepths(rounds: readonly RoundView[], blocks: number): (HeatCell | undefined)[][] {
  const most = mostDevices(rounds);
  return Array.from({ length: blocks }, (_, row) =>
    rounds.map(({ depths }) => {
      const count = depths[blocks - row - 1] ?? 0;
      if (count === 0) return undefined;
      return {
        share: count / most,
        text: count === 1 ? '1 device' : `${count.toLocaleString('en')} devices`,
      };
    }),
  );
}

/** The most devices that trained equally many blocks in a round, at least 1. */
export function mostDevices(rounds: readonly RoundView[]): number {
  return Math.max(1, ...rounds.flatMap(({ depths }) => depths));
}
