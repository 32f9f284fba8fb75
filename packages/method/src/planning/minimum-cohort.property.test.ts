import { seededRandom } from '@legend-fl/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DevicePlan, Plan } from '../plan.ts';
import type { RoundContext } from '../round-context.ts';
import { createStrategy } from '../strategies/registry.ts';
import { adapterFor, planningContexts } from '../testing/round-contexts.ts';
import { strategyVariants } from '../testing/strategy-variants.ts';
import { checkPlan } from './check-plan.ts';

/** The planned devices that count: the awaited ones if they are enough. */
function countedOf({ devices }: Plan, cohort: number): readonly DevicePlan[] {
  const awaited = devices.filter((device) => device.awaited !== false);
  return awaited.length >= cohort ? awaited : devices;
}

/** What a device trains: each rank of each block, told apart by size where devices train sizes that don't mix. */
function partsOf(name: string, blocks: number, { depth, ranks }: DevicePlan): string[] {
  if (name === 'fedadapter') return [`${depth} blocks of width ${ranks[0]}`];
  return ranks.flatMap((rank, index) =>
    Array.from({ length: rank }, (_, row) => `rank ${row + 1} of block ${blocks - depth + index + 1}`),
  );
}

const cases = fc.record({
  planning: planningContexts,
  cohort: fc.integer({ min: 1, max: 5 }),
  awaitedShare: fc.constantFrom(0.3, 0.7, 1),
  cached: fc.boolean(),
  seed: fc.nat(),
});

describe.each(strategyVariants)('a minimum cohort of $name $options', ({ name, options, memory }) => {
  const strategy = createStrategy(name, options);
  const check = (property: (context: RoundContext, cohort: number) => void) =>
    fc.assert(
      fc.property(cases, ({ planning, cohort, awaitedShare, cached, seed }) => {
        const { blocks } = planning.profile;
        const random = seededRandom(seed);
        const devices = planning.devices.map((device) => ({
          ...device,
          ...(random() > awaitedShare && { awaited: false as const }),
          ...(cached && {
            trunkBlocks: Array.from({ length: blocks }, (_, index) => (blocks - index - 1) * random()),
          }),
        }));
        const adapter = adapterFor(strategy, blocks, (index) => Math.sin(index));
        property({ ...planning, devices, global: { adapter, memory } }, cohort);
      }),
      { numRuns: 150 },
    );

  it('is kept for all that anybody trains, if there are so many devices', () => {
    check((context, cohort) => {
      const cohorted = { ...context, minimumCohort: cohort };
      const plan = strategy.plan(cohorted);
      checkPlan(plan, cohorted);
      expect(plan.minimumCohort).toBe(cohort > 1 ? cohort : undefined);
      if (cohort === 1 || plan.devices.length < cohort) return;
      const holders = new Map<string, number>();
      for (const device of countedOf(plan, cohort)) {
        for (const part of partsOf(name, context.profile.blocks, device)) {
          holders.set(part, (holders.get(part) ?? 0) + 1);
        }
      }
      for (const device of plan.devices) {
        for (const part of partsOf(name, context.profile.blocks, device)) {
          expect(`${part}: ${(holders.get(part) ?? 0) >= cohort}`).toBe(`${part}: true`);
        }
      }
    });
  });

  it('of one changes nothing, and never does a larger one make anybody train more', () => {
    check((context, cohort) => {
      const free = strategy.plan(context);
      expect(strategy.plan({ ...context, minimumCohort: 1 })).toEqual(free);
      if (name === 'fedadapter') return;
      const sizes = new Map(free.devices.map(({ id, ranks }) => [id, ranks]));
      for (const { id, ranks } of strategy.plan({ ...context, minimumCohort: cohort }).devices) {
        const before = sizes.get(id) ?? [];
        expect(ranks.length).toBeLessThanOrEqual(before.length);
        expect(ranks.at(-1)).toBeLessThanOrEqual(before.at(-1) ?? 0);
      }
    });
  });
});
