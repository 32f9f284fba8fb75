import { entryOf, itemAt } from '@legend-fl/base';
import type { Plan } from '../plan.ts';
import { splitAwaited } from '../planning/awaited.ts';
import { type DepthCost, timeDepth } from '../planning/depth-costs.ts';
import { type FittingDevice, fitDevices } from '../planning/fit-devices.ts';
import { greatestShared } from '../planning/minimum-cohort.ts';
import { type RankOptions, rankDistribution } from '../ranks/rank-distribution.ts';
import { requireNonNegative } from '../require-non-negative.ts';
import type { RoundContext } from '../round-context.ts';
import { completePlan } from './complete-plan.ts';
import { fullDepthCost, planFullDepth } from './plan-full-depth.ts';

/** Between which ranks those of devices lie, one for all blocks of a device. */
export interface RankRange {
  /** r_min. */
  readonly least: number;
  /** Σ r_l and L of the `ranks` option: their quotient is the mean over devices. */
  readonly total: number;
  readonly blocks: number;
  /** r_max, the rank of the global adapter. */
  readonly most: number;
}

/**
 * The range that has the mean m = Σ r_l / L of the `ranks` option (ours: strategies compare at equal budget): from
 * r_min, its least rank, at least 1, to r_max = 2·m - r_min, rounded up. For ranks that grow from 4 to 12 that is 4 to 12.
 */
export function rankRange(ranks: RankOptions, blocks: number): RankRange {
  const distribution = rankDistribution(ranks, blocks);
  const total = distribution.reduce((sum, rank) => sum + rank, 0);
  const least = Math.max(1, Math.min(...distribution));
  return { least, total, blocks, most: Math.max(least, Math.ceil((2 * total) / blocks - least)) };
}

/**
 * All blocks on every device, each at a rank of its own (ours in form; the papers leave it at a rank by capacity): devices
 * are put in the order of their completion times at r_max, slowest first, and take the ranks of the arithmetic
 * progression from r_min to r_max in that order. So mean and spread are what they should be whatever the fleet; ranks in
 * proportion to speed would depend on how far the fastest device is ahead. A device that can't hold its rank gets the
 * greatest that memory and bytes budget hold; one that can't hold rank 1 is left out. Nobody's rank is above
 * `greatestShared`, so that as many devices as the minimum cohort hold each rank that is held at all.
 *
 * Only the order of the awaited devices counts; another one gets the rank of the next slower of them. So one device's claims
 * move the others by one place at most.
 *
 * @param rankOf the rank that a device should have, given the one by its place
 */
export function planRankByDevice(
  strategy: string,
  context: RoundContext,
  range: RankRange,
  rankOf: (id: string, byPlace: number) => number = (_id, byPlace) => byPlace,
): Plan {
  const { profile, localSteps } = context;
  requireNonNegative({ localSteps }, 'plan');
  const ranksOf = (rank: number) => new Array<number>(profile.blocks).fill(rank);
  const costs = Array.from({ length: range.most }, (_, index) =>
    fullDepthCost(profile, ranksOf(index + 1), context),
  );
  // Costs grow with rank as they do with depth, so entry r-1 of rank r takes the place of that of depth r.
  const { fitting, excluded } = fitDevices(context.devices, costs, 1);
  const places = ranksByPlace(fitting, itemAt(costs, -1), range, context);
  const ranked = fitting.map(({ device, deepest }) => ({
    device,
    own: Math.min(rankOf(device.id, entryOf(places, device.id)), deepest),
  }));
  const most = greatestShared(ranked, ({ own }) => own, context.minimumCohort);
  const devices = ranked.map(({ device, own }) => {
    const rank = Math.min(own, most);
    return planFullDepth(context, device, ranksOf(rank), itemAt(costs, rank - 1));
  });
  return completePlan(strategy, context, {
    rankDistribution: ranksOf(range.most),
    devices,
    excluded,
  });
}

function ranksByPlace(
  fitting: readonly FittingDevice[],
  cost: DepthCost,
  { least, total, blocks }: RankRange,
  { localSteps }: RoundContext,
): ReadonlyMap<string, number> {
  const { awaited, others } = splitAwaited(fitting);
  const time = ({ device }: FittingDevice) => ({
    id: device.id,
    seconds: timeDepth(device, cost, { blocks, localSteps }),
  });
  const slowestFirst = awaited.map(time).sort((a, b) => b.seconds - a.seconds);
  const ranks = rankDistribution(
    {
      kind: 'increasing',
      min: least,
      total: Math.max(least * awaited.length, Math.floor((total * awaited.length) / blocks)),
    },
    awaited.length,
  );
  const places = new Map(slowestFirst.map(({ id }, place) => [id, itemAt(ranks, place)]));
  for (const { id, seconds } of others.map(time)) {
    const slower = slowestFirst.findLastIndex((each) => each.seconds >= seconds);
    places.set(id, slower < 0 ? least : itemAt(ranks, slower));
  }
  return places;
}
