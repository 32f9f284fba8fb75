import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelProfile } from '../cost-model.ts';
import { planningContexts, rankVectors } from '../testing/round-contexts.ts';
import type { Configuration, ConfigurationContext } from './configuration.ts';
import { type DepthCost, depthCosts, timeDepths } from './depth-costs.ts';
import { configureToFastest } from './fastest-configuration.ts';
import { configureGreedily } from './greedy-configuration.ts';
import { configureOptimally, type OptimalOptions, type Stragglers } from './optimal-configuration.ts';

interface Case {
  readonly context: ConfigurationContext;
  readonly costs: readonly DepthCost[];
  readonly importance: readonly number[];
}

function profileOf(blocks: number): ModelProfile {
  return {
    blocks,
    rankParameters: Array.from({ length: blocks }, () => ({ A: 1, B: 1 })),
    bottleneckParameters: { perWidth: 1, fixed: 0 },
    headParameters: 1,
    weightBytes: 100,
    activationBytesPerBlock: 10,
    workingBytes: 0,
  };
}

/**
 * Up to 6 devices and 6 blocks with times of few digits, so that there are ties; kmax from 1 to L; trunk caches of all
 * kinds, so that times may fall with depth. Importance is whole and the last block's above zero, so sums are exact.
 */
const smallCases: fc.Arbitrary<Case> = fc.integer({ min: 1, max: 6 }).chain((blocks) => {
  const profile = profileOf(blocks);
  const costs = depthCosts(profile, new Array(blocks).fill(2), { trunk: 'base', valueBytes: 1 });
  const device = fc.record({
    forward: fc.integer({ min: 0, max: 4 }),
    backward: fc.integer({ min: 1, max: 6 }),
    upload: fc.constantFrom(0, 0, 0.5),
    deepest: fc.integer({ min: 1, max: blocks }),
    trunkBlocks: fc.option(
      fc.tuple(
        ...Array.from({ length: blocks }, (_, index) => fc.integer({ min: 0, max: blocks - index - 1 })),
      ),
      { nil: undefined },
    ),
  });
  const devices = fc.array(device, { minLength: 1, maxLength: 6 }).map((drawn) =>
    drawn.map(({ forward, backward, upload, deepest, trunkBlocks }, index) => ({
      id: `device-${index}`,
      capacity: {
        forwardSecondsPerBlock: forward,
        backwardSecondsPerBlock: backward,
        uploadSecondsPerByte: upload,
        downloadSecondsPerByte: 0,
        memoryBytes: costs[deepest - 1]?.memoryBytes ?? 0,
      },
      ...(trunkBlocks === undefined ? {} : { trunkBlocks }),
    })),
  );
  return fc.record({
    context: fc.record({ profile: fc.constant(profile), localSteps: fc.constantFrom(1, 3), devices }),
    costs: fc.constant(costs),
    importance: fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: blocks, maxLength: blocks })
      .map((values) => values.with(-1, 1 + (values.at(-1) ?? 0))),
  });
});

/** P/T but for the number of devices in P, which is the same for all depth vectors. */
function objective(importance: readonly number[], trained: readonly number[], seconds: number): number {
  let progress = 0;
  for (const [index, gain] of importance.toReversed().entries()) progress += gain * (trained[index] ?? 0);
  return progress / seconds;
}

function objectiveOf({ devices }: Configuration, importance: readonly number[]): number {
  const trained = importance.map((_, index) => devices.filter(({ depth }) => depth > index).length);
  return objective(importance, trained, Math.max(...devices.map(({ seconds }) => seconds)));
}

function trafficOf({ devices }: Configuration, costs: readonly DepthCost[]): number {
  return devices.reduce((sum, { depth }) => sum + trafficBytes(costs, depth), 0);
}

function trafficBytes(costs: readonly DepthCost[], depth: number): number {
  const { bytesUp, bytesDown } = costs[depth - 1] ?? { bytesUp: 0, bytesDown: 0 };
  return bytesUp + bytesDown;
}

/** The greatest objective of all depth vectors, and the least traffic of those that attain it. */
function searchAll({ context, costs, importance }: Case, stragglers: Stragglers) {
  const { devices, profile, localSteps } = context;
  const times = devices.map((device) =>
    timeDepths(
      device,
      costs.filter(({ memoryBytes }) => memoryBytes <= device.capacity.memoryBytes),
      { blocks: profile.blocks, localSteps },
    ),
  );
  let best = { objective: -1, traffic: 0 };
  const trained = importance.map(() => 0);
  const search = (index: number, seconds: number, traffic: number) => {
    const own = times[index];
    if (own === undefined) {
      if (seconds === 0) return;
      const reached = objective(importance, trained, seconds);
      if (reached > best.objective || (reached === best.objective && traffic < best.traffic)) {
        best = { objective: reached, traffic };
      }
      return;
    }
    if (stragglers === 'leave') search(index + 1, seconds, traffic);
    for (const [depthIndex, each] of own.entries()) {
      trained[depthIndex] = (trained[depthIndex] ?? 0) + 1;
      search(index + 1, Math.max(seconds, each), traffic + trafficBytes(costs, depthIndex + 1));
    }
    for (const depthIndex of own.keys()) trained[depthIndex] = (trained[depthIndex] ?? 0) - 1;
  };
  search(0, 0, 0);
  return best;
}

const largeCases: fc.Arbitrary<Case> = planningContexts.chain((context) => {
  const ranks = rankVectors(context.profile.blocks);
  return fc.record({
    context: fc.constant(context),
    costs: ranks.map((each) => depthCosts(context.profile, each, context)),
    importance: fc.array(fc.double({ min: 0.01, max: 20, noNaN: true }), {
      minLength: context.profile.blocks,
      maxLength: context.profile.blocks,
    }),
  });
});

const options: fc.Arbitrary<OptimalOptions> = fc.record({
  stragglers: fc.constantFrom<Stragglers>('wait', 'leave'),
});

describe('optimal configuration, on any fleet', () => {
  it.each<Stragglers>(['wait', 'leave'])(
    'is as good as the best of all depth vectors, with the least traffic of these (%s)',
    (stragglers) => {
      fc.assert(
        fc.property(smallCases, (each) => {
          const { context, costs, importance } = each;
          const configuration = configureOptimally(context, costs, importance, { stragglers });
          const best = searchAll(each, stragglers);
          expect(objectiveOf(configuration, importance)).toBe(best.objective);
          expect(trafficOf(configuration, costs)).toBe(best.traffic);
        }),
        { numRuns: 150 },
      );
    },
    30_000,
  );

  it('is no worse than either greedy one by its own measure', () => {
    fc.assert(
      fc.property(largeCases, ({ context, costs, importance }) => {
        const optimal = objectiveOf(configureOptimally(context, costs, importance), importance);
        for (const greedy of [configureGreedily(context, costs), configureToFastest(context, costs)]) {
          expect(optimal).toBeGreaterThanOrEqual(objectiveOf(greedy, importance));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('keeps every device within its memory and bytes budget and no later than the deadline', () => {
    fc.assert(
      fc.property(largeCases, options, (each, chosen) => {
        const { context, costs, importance } = each;
        const { targetSeconds, devices } = configureOptimally(context, costs, importance, chosen);
        expect(Math.max(...devices.map(({ seconds }) => seconds))).toBe(targetSeconds);
        for (const { id, depth } of devices) {
          const device = context.devices.find((one) => one.id === id);
          expect(costs[depth - 1]?.memoryBytes).toBeLessThanOrEqual(device?.capacity.memoryBytes ?? 0);
          expect(trafficBytes(costs, depth)).toBeLessThanOrEqual(device?.bytesBudget ?? Infinity);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('makes the same plan whatever the order of devices and the scale of importance', () => {
    fc.assert(
      fc.property(largeCases, options, ({ context, costs, importance }, chosen) => {
        const { devices, targetSeconds } = configureOptimally(context, costs, importance, chosen);
        const reversed = { ...context, devices: context.devices.toReversed() };
        const scaled = importance.map((each) => 8 * each);
        const again = configureOptimally(structuredClone(reversed), costs, scaled, chosen);
        expect([again.targetSeconds, again.devices.toReversed()]).toEqual([targetSeconds, devices]);
      }),
      { numRuns: 100 },
    );
  });
});
