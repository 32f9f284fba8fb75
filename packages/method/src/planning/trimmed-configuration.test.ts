import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Capacity } from '../capacity.ts';
import { a, b, c, capacityOf, contextOf, costs } from '../testing/hand-worked-fleet.ts';
import { type PlanningContext, planningContexts, rankVectors } from '../testing/round-contexts.ts';
import type { Configuration } from './configuration.ts';
import { depthCosts, timeDepths } from './depth-costs.ts';
import { configureToFastest } from './fastest-configuration.ts';
import { configureToTrimmed } from './trimmed-configuration.ts';

const depthsOf = ({ devices }: Configuration) => devices.map(({ depth }) => depth);
const depthOf = ({ devices }: Configuration, id: string) =>
  devices.find((device) => device.id === id)?.depth ?? 0;

/** Nothing takes it any time. */
const liar = capacityOf(1e-9, 1e-9, 0);

describe('greedy configuration to a trimmed deadline', () => {
  it('is what the second fastest of three takes for all blocks', () => {
    // All four blocks take a and b 16 s, c 22 s, e 28 s.
    const e = capacityOf(0, 7, 0);
    expect(configureToTrimmed(contextOf({ a, b, c }), costs).targetSeconds).toBe(16);
    expect(configureToTrimmed(contextOf({ a, c, e }), costs)).toEqual({
      targetSeconds: 22,
      devices: [
        { id: 'a', depth: 4, seconds: 16 },
        { id: 'c', depth: 4, seconds: 22 },
        { id: 'e', depth: 3, seconds: 21 },
      ],
      excluded: [],
    });
  });

  it('is that of the fastest where there are two', () => {
    expect(configureToTrimmed(contextOf({ a, c }), costs).targetSeconds).toBe(16);
  });

  it.each([
    [9, 1],
    [19, 1],
    [20, 2],
    [35, 3],
  ])('of %i devices trims %i', (count, trimmed) => {
    const capacities = Array.from({ length: count }, (_, index) => capacityOf(0, 1 + index, 0));
    const context = contextOf(Object.fromEntries(capacities.map((each, index) => [`d${index}`, each])));
    expect(configureToTrimmed(context, costs).targetSeconds).toBe(4 * (1 + trimmed));
  });

  it('does not follow a claim of no time at all, as that of the fastest device does', () => {
    const context = contextOf({ a, b, c, liar });
    expect(depthsOf(configureToFastest(context, costs))).toEqual([1, 1, 1, 4]);
    expect(depthsOf(configureToTrimmed(context, costs))).toEqual([4, 4, 2, 4]);
  });

  it('does not follow a fast device with memory for one block, as that of the fastest device does', () => {
    const small = { ...capacityOf(0.5, 2, 0), memoryBytes: 206 };
    const context = contextOf({ a, b, c, small });
    expect(depthsOf(configureToFastest(context, costs))).toEqual([1, 1, 1, 1]);
    expect(depthsOf(configureToTrimmed(context, costs))).toEqual([4, 4, 2, 1]);
  });
});

interface Case {
  readonly context: PlanningContext;
  readonly costs: ReturnType<typeof depthCosts>;
}

const cases: fc.Arbitrary<Case> = planningContexts.chain((context) =>
  fc.record({
    context: fc.constant(context),
    costs: rankVectors(context.profile.blocks).map((ranks) => depthCosts(context.profile, ranks, context)),
  }),
);

/** Whatever a device may claim, and hold at least a block with. */
const claims: fc.Arbitrary<Capacity> = fc.record({
  forwardSecondsPerBlock: fc.constantFrom(1e-9, 0.01, 1, 3600),
  backwardSecondsPerBlock: fc.constantFrom(1e-9, 0.01, 1, 3600),
  uploadSecondsPerByte: fc.constantFrom(0, 1e-6, 0.1),
  downloadSecondsPerByte: fc.constantFrom(0, 1e-6, 0.1),
  memoryBytes: fc.constantFrom(2e9, 2 ** 46),
});

/** The devices that can train at all, with what all blocks would take each of them. */
function timeHonest({ context, costs }: Case) {
  const { profile, localSteps, devices } = context;
  const trained = new Set(configureToTrimmed(context, costs).devices.map(({ id }) => id));
  return devices
    .filter(({ id }) => trained.has(id))
    .map((device) => {
      const [seconds = 0] = timeDepths(device, costs.slice(-1), { blocks: profile.blocks, localSteps });
      return { device, seconds };
    })
    .sort((one, other) => one.seconds - other.seconds);
}

describe('greedy configuration to a trimmed deadline, on any fleet', () => {
  it('stays within the times of two honest devices or more, whatever another one claims', () => {
    fc.assert(
      fc.property(cases, claims, ({ context, costs }, capacity) => {
        const honest = timeHonest({ context, costs });
        const [fastest] = honest;
        if (fastest === undefined || honest.length < 2) return;
        const withLast = (last: Capacity) =>
          configureToTrimmed(
            { ...context, devices: [...context.devices, { id: 'liar', capacity: last }] },
            costs,
          );
        const lied = withLast(capacity);
        expect(lied.targetSeconds).toBeGreaterThanOrEqual(fastest.seconds);
        expect(lied.targetSeconds).toBeLessThanOrEqual(honest[1]?.seconds ?? 0);
        const twin = withLast({ ...fastest.device.capacity, memoryBytes: capacity.memoryBytes });
        for (const { device } of honest) {
          expect(depthOf(lied, device.id)).toBeGreaterThanOrEqual(depthOf(twin, device.id));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for the others however little memory a device has for more than one block', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(), ({ context, costs }, pick, depth) => {
        const honest = timeHonest({ context, costs });
        const chosen = honest[pick % honest.length]?.device;
        if (chosen === undefined) return;
        const memoryBytes = costs[depth % costs.length]?.memoryBytes ?? 0;
        const devices = context.devices.map((device) =>
          device.id === chosen.id ? { ...device, capacity: { ...device.capacity, memoryBytes } } : device,
        );
        const [before, after] = [context.devices, devices].map((each) =>
          configureToTrimmed({ ...context, devices: each }, costs),
        );
        expect(after?.targetSeconds).toBe(before?.targetSeconds);
        const others = (configuration: Configuration | undefined) =>
          configuration?.devices.filter(({ id }) => id !== chosen.id);
        expect(others(after)).toEqual(others(before));
      }),
      { numRuns: 300 },
    );
  });

  it('trains no less than with the deadline of the fastest device', () => {
    fc.assert(
      fc.property(cases, ({ context, costs }) => {
        const [trimmed, fastest] = [configureToTrimmed(context, costs), configureToFastest(context, costs)];
        expect(trimmed.targetSeconds).toBeGreaterThanOrEqual(fastest.targetSeconds);
        for (const [index, depth] of depthsOf(trimmed).entries()) {
          expect(depth).toBeGreaterThanOrEqual(depthsOf(fastest)[index] ?? 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never lowers the depth of a device that gets faster', () => {
    fc.assert(
      fc.property(
        cases,
        fc.nat(),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        ({ context, costs }, pick, factor) => {
          const index = pick % context.devices.length;
          const device = context.devices[index];
          if (device === undefined) return;
          const { capacity } = device;
          const faster = {
            ...device,
            capacity: {
              ...capacity,
              forwardSecondsPerBlock: factor * capacity.forwardSecondsPerBlock,
              backwardSecondsPerBlock: factor * capacity.backwardSecondsPerBlock,
            },
          };
          const devices = context.devices.with(index, faster);
          expect(
            depthOf(configureToTrimmed({ ...context, devices }, costs), device.id),
          ).toBeGreaterThanOrEqual(depthOf(configureToTrimmed(context, costs), device.id));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
