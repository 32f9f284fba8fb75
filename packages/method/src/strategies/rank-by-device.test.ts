import { describe, expect, it } from 'vitest';
import type { RoundContext } from '../round-context.ts';
import { contextOfJetsons } from '../testing/round-contexts.ts';
import { planRankByDevice, rankRange } from './rank-by-device.ts';
import { createStrategy } from './registry.ts';

const range = rankRange({ kind: 'increasing', min: 4, max: 12 }, 12);
const base = contextOfJetsons(createStrategy('flexlora'), 1, 1);

/** Devices alike but for speed: the first takes `slowness[0]` times as long as another at 1. */
function contextOf(...slowness: readonly number[]): RoundContext {
  const devices = slowness.flatMap((factor, index) =>
    base.devices.map((device) => ({
      ...device,
      id: `device-${index}`,
      capacity: {
        ...device.capacity,
        forwardSecondsPerBlock: factor * device.capacity.forwardSecondsPerBlock,
      },
    })),
  );
  return { ...base, devices };
}

/** Uniform over the blocks of a device. */
function ranksIn(context: RoundContext): (number | undefined)[] {
  const { devices } = planRankByDevice('test', context, range);
  for (const { ranks } of devices) expect(new Set(ranks).size).toBe(1);
  return devices.map(({ ranks }) => ranks[0]);
}

describe('rankRange', () => {
  it.each([
    [{ kind: 'increasing', min: 4, max: 12 }, 4, 12],
    [{ kind: 'decreasing', min: 4, max: 12 }, 4, 12],
    [{ kind: 'uniform', min: 8 }, 8, 8],
    [{ kind: 'custom', values: [0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8] }, 1, 5],
  ] as const)('of %o is from %i to %i', (ranks, least, most) => {
    expect(rankRange(ranks, 12)).toMatchObject({ least, most });
  });
});

describe('a rank by device', () => {
  it('grows evenly from the slowest device to the fastest, however far they are apart', () => {
    expect(ranksIn(contextOf(2, 5, 1, 4, 3))).toEqual([10, 4, 12, 6, 8]);
    expect(ranksIn(contextOf(2, 500, 0.01, 4, 3))).toEqual([10, 4, 12, 6, 8]);
  });

  it('is the mean rank where there is one device, and goes by the order of the round among equals', () => {
    expect(ranksIn(contextOf(1))).toEqual([8]);
    expect(ranksIn(contextOf(1, 1, 1))).toEqual([4, 8, 12]);
  });

  it('has the mean of the ranks option, over any number of devices', () => {
    for (let count = 1; count <= 30; count++) {
      const ranks = ranksIn(contextOf(...Array.from({ length: count }, (_, index) => 1 + index)));
      expect(ranks.reduce<number>((sum, rank = 0) => sum + rank, 0)).toBe(8 * count);
    }
  });

  it('falls to what memory and the bytes budget hold', () => {
    const context = contextOf(2, 1);
    const [slow, fast] = context.devices;
    if (!slow || !fast) throw new Error('the fleet is empty');
    const [atLeast, atMost] = planRankByDevice('test', context, range).devices;
    if (!atLeast || !atMost) throw new Error('a device was left out');
    expect([atLeast.ranks[0], atMost.ranks[0]]).toEqual([4, 12]);
    // A rank takes 2·2·768 parameters in each of 12 blocks, of 16 bytes in memory and of 4 + 4 on the way.
    const memoryBytes = atMost.memoryBytes - 12 * 3072 * 16;
    const short = { ...fast, capacity: { ...fast.capacity, memoryBytes } };
    expect(ranksIn({ ...context, devices: [slow, short] })).toEqual([4, 11]);
    const bytesBudget = atMost.bytesUp + atMost.bytesDown - 5 * 12 * 3072 * 8;
    expect(ranksIn({ ...context, devices: [slow, { ...fast, bytesBudget }] })).toEqual([4, 7]);
  });

  it('is none where rank 1 is too much, and that device takes no place', () => {
    const context = contextOf(3, 2, 1);
    const devices = context.devices.map((device, index) =>
      index === 1 ? { ...device, bytesBudget: 1000 } : device,
    );
    const plan = planRankByDevice('test', { ...context, devices }, range);
    expect(plan.devices.map(({ id, ranks }) => [id, ranks[0]])).toEqual([
      ['device-0', 4],
      ['device-2', 12],
    ]);
    expect(plan.excluded).toEqual([
      {
        id: 'device-1',
        reason: expect.stringMatching(/12 blocks sends and receives .*, its budget is 1.0 kB/),
      },
    ]);
  });

  it('is that of the next slower one for a device that is not awaited, which takes no place', () => {
    const context = contextOf(2, 5, 2.5, 1, 9, 0.1);
    const idle = new Set([2, 4, 5]);
    const devices = context.devices.map((device, index) =>
      idle.has(index) ? { ...device, awaited: false as const } : device,
    );
    expect(ranksIn(contextOf(2, 5, 1))).toEqual([8, 4, 12]);
    expect(ranksIn({ ...context, devices })).toEqual([8, 4, 4, 12, 4, 12]);
  });

  it('is at most the greatest that the minimum cohort has', () => {
    const context = contextOf(2, 5, 1, 4, 3);
    expect(ranksIn({ ...context, minimumCohort: 2 })).toEqual([10, 4, 10, 6, 8]);
    expect(ranksIn({ ...context, minimumCohort: 5 })).toEqual([4, 4, 4, 4, 4]);
    expect(ranksIn({ ...context, minimumCohort: 6 })).toEqual([10, 4, 12, 6, 8]);
  });

  it('makes a plan at the rank of the global adapter, whose target is the slowest device', () => {
    const plan = planRankByDevice('test', contextOf(3, 1), range);
    expect(plan.rankDistribution).toEqual(new Array(12).fill(12));
    expect(plan.targetSeconds).toBe(plan.devices[0]?.seconds);
    expect(plan.roundSeconds).toBe(plan.targetSeconds);
  });
});
