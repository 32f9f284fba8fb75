import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceContext, RoundContext } from '../round-context.ts';
import { createStrategy } from '../strategies/registry.ts';
import { adapterFor, planningContexts } from '../testing/round-contexts.ts';
import { strategyVariants } from '../testing/strategy-variants.ts';
import { checkPlan } from './check-plan.ts';

/** A fleet of whose first device is awaited, and trains whatever the strategy; the others may not be. */
const cases = fc.tuple(planningContexts, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }));

describe.each(strategyVariants)(
  'devices that are not awaited by $name $options',
  ({ name, options, memory }) => {
    const strategy = createStrategy(name, options);
    const check = (property: (context: RoundContext, isIdle: (index: number) => boolean) => void) =>
      fc.assert(
        fc.property(cases, ([planning, idle]) => {
          const adapter = adapterFor(strategy, planning.profile.blocks, (index) => Math.sin(index));
          const context = { ...planning, global: { adapter, memory } };
          property(context, (index) => index > 0 && idle[index] === true);
        }),
        { numRuns: 100 },
      );
    const unawaited = (device: DeviceContext): DeviceContext => ({ ...device, awaited: false });

    it('change nothing for the others, and are marked in a plan that passes the check', () => {
      check((context, isIdle) => {
        const ids = new Set(context.devices.filter((_, index) => isIdle(index)).map(({ id }) => id));
        const devices = context.devices.map((device) => (ids.has(device.id) ? unawaited(device) : device));
        const plan = strategy.plan({ ...context, devices });
        checkPlan(plan, context);
        const others = devices.filter(({ id }) => !ids.has(id));
        expect({
          ...plan,
          devices: plan.devices.filter(({ awaited }) => awaited !== false),
          excluded: plan.excluded.filter(({ id }) => !ids.has(id)),
        }).toEqual(strategy.plan({ ...context, devices: others }));
        for (const { id, awaited } of plan.devices) expect(awaited).toBe(ids.has(id) ? false : undefined);
      });
    });

    it('count like all others where nobody is awaited', () => {
      check((context) => {
        const devices = context.devices.map(unawaited);
        expect(strategy.plan({ ...context, devices })).toEqual(strategy.plan(context));
      });
    });
  },
);

it('get work that is done by the deadline of the others', () => {
  const strategy = createStrategy('legend');
  let [deeper, late] = [0, 0];
  fc.assert(
    fc.property(planningContexts, (planning) => {
      const adapter = adapterFor(strategy, planning.profile.blocks, () => 0);
      const devices = planning.devices.map((device, index) =>
        index === 0 ? device : { ...device, awaited: false as const },
      );
      const plan = strategy.plan({ ...planning, devices, global: { adapter, memory: null } });
      for (const { awaited, depth, seconds } of plan.devices) {
        if (awaited !== false) continue;
        if (depth > 1) deeper++;
        if (seconds > plan.targetSeconds) late++;
        if (seconds > plan.targetSeconds) expect(depth).toBe(1);
      }
    }),
    { numRuns: 200 },
  );
  expect([deeper > 0, late > 0]).toEqual([true, true]);
});
