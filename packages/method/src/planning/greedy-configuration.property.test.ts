import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitingTime } from '../plan.ts';
import { type PlanningContext, planningContexts, rankVectors } from '../testing/round-contexts.ts';
import type { Configuration } from './configuration.ts';
import { type DepthCost, depthCosts, timeDepths } from './depth-costs.ts';
import { configureGreedily } from './greedy-configuration.ts';

const cases = planningContexts.chain((context) =>
  fc.record({
    context: fc.constant(context),
    costs: rankVectors(context.profile.blocks).map((ranks) => depthCosts(context.profile, ranks, context)),
  }),
);
const settings = { numRuns: 400 };

/** Completion times if all devices of the configuration train the same depth. */
function uniformSeconds(
  { devices, profile, localSteps }: PlanningContext,
  costs: readonly DepthCost[],
  configuration: Configuration,
  depth: number,
): number[] {
  const taken = new Set(configuration.devices.map(({ id }) => id));
  return devices
    .filter(({ id }) => taken.has(id))
    .map(
      (device) => timeDepths(device, costs, { blocks: profile.blocks, localSteps })[depth - 1] ?? Number.NaN,
    );
}

function depthOf(configuration: Configuration, id: string): number {
  return configuration.devices.find((device) => device.id === id)?.depth ?? 0;
}

describe('greedy configuration, on any fleet', () => {
  it('keeps every device within its memory and bytes budget', () => {
    fc.assert(
      fc.property(cases, ({ context, costs }) => {
        const configuration = configureGreedily(context, costs);
        for (const { id, capacity, bytesBudget = Number.POSITIVE_INFINITY } of context.devices) {
          const depth = depthOf(configuration, id);
          if (depth === 0) continue;
          const cost = costs[depth - 1];
          if (cost === undefined) throw new Error(`depth ${depth} has no cost`);
          expect(cost.memoryBytes).toBeLessThanOrEqual(capacity.memoryBytes);
          expect(cost.bytesUp + cost.bytesDown).toBeLessThanOrEqual(bytesBudget);
        }
      }),
      settings,
    );
  });

  it('leaves out only devices that cannot train one block, with a reason', () => {
    fc.assert(
      fc.property(cases, ({ context, costs }) => {
        const { devices, excluded } = configureGreedily(context, costs);
        expect(devices.length + excluded.length).toBe(context.devices.length);
        const memoryNeeded = costs[0]?.memoryBytes ?? 0;
        for (const { id, reason } of excluded) {
          const device = context.devices.find((each) => each.id === id);
          expect(reason).toMatch(/^training 1 block (needs|sends)/);
          const enoughMemory = (device?.capacity.memoryBytes ?? 0) >= memoryNeeded;
          expect(enoughMemory && device?.bytesBudget === undefined).toBe(false);
        }
      }),
      settings,
    );
  });

  it('predicts no more waiting than uniform depth with the same round time', () => {
    fc.assert(
      fc.property(cases, ({ context, costs }) => {
        const configuration = configureGreedily(context, costs);
        const waiting = waitingTime(configuration.devices.map(({ seconds }) => seconds));
        const shared = Math.min(...configuration.devices.map(({ depth }) => depth));
        const uniform = uniformSeconds(context, costs, configuration, shared);
        expect(Math.max(...uniform)).toBe(configuration.targetSeconds);
        expect(waiting).toBeLessThanOrEqual(waitingTime(uniform));
      }),
      settings,
    );
  });

  it('makes the same plan of the same context', () => {
    fc.assert(
      fc.property(cases, ({ context, costs }) => {
        expect(configureGreedily(structuredClone(context), costs)).toEqual(configureGreedily(context, costs));
      }),
      { ...settings, numRuns: 100 },
    );
  });

  it('never lowers the depth of a device that gets faster', () => {
    const factors = fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(cases, fc.nat(), factors, ({ context, costs }, pick, [f = 1, b = 1, u = 1, d = 1]) => {
        const index = pick % context.devices.length;
        const device = context.devices[index];
        if (device === undefined) return;
        const { capacity } = device;
        const faster = {
          ...device,
          capacity: {
            ...capacity,
            forwardSecondsPerBlock: f * capacity.forwardSecondsPerBlock,
            backwardSecondsPerBlock: b * capacity.backwardSecondsPerBlock,
            uploadSecondsPerByte: u * capacity.uploadSecondsPerByte,
            downloadSecondsPerByte: d * capacity.downloadSecondsPerByte,
          },
        };
        const before = configureGreedily(context, costs);
        const after = configureGreedily({ ...context, devices: context.devices.with(index, faster) }, costs);
        expect(depthOf(after, device.id)).toBeGreaterThanOrEqual(depthOf(before, device.id));
      }),
      { ...settings, numRuns: 2000 },
    );
  });
});
