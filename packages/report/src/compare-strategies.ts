import type { Series } from './list-series.ts';
import { type SeedFigure, seedFigure } from './page/seed-figure.ts';

/** One strategy against another of the same experiment. */
export interface StrategyComparison {
  /** The other's time to the target over this one's, seed by seed, of the seeds in which both reached it. */
  readonly speedUp: SeedFigure | null;
  /** Share of the other's bytes to the target that this one saves, likewise; negative where it takes more. */
  readonly trafficSaving: SeedFigure | null;
  /** How many seeds both ran with, whether they reached the target or not. */
  readonly seeds: number;
}

export function compareStrategies(one: Series, other: Series): StrategyComparison {
  const pairs = one.seeds.flatMap(({ seed, summary }) => {
    const counterpart = other.seeds.find((candidate) => candidate.seed === seed);
    return counterpart === undefined ? [] : { one: summary, other: counterpart.summary };
  });
  const bytesRatios = pairs.map((pair) => ratio(pair.one.bytesToTarget, pair.other.bytesToTarget));
  return {
    speedUp: seedFigure(pairs.map((pair) => ratio(pair.other.secondsToTarget, pair.one.secondsToTarget))),
    trafficSaving: seedFigure(bytesRatios.map((bytes) => (bytes === null ? null : 1 - bytes))),
    seeds: pairs.length,
  };
}

function ratio(one: number | null, other: number | null): number | null {
  return one !== null && other !== null && other > 0 ? one / other : null;
}
