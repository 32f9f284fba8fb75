import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitingTime } from '../plan.ts';
import { a, b, c, capacityOf, contextOf, costs } from '../testing/hand-worked-fleet.ts';
import { planningContexts, rankVectors } from '../testing/round-contexts.ts';
import type { Configuration } from './configuration.ts';
import { depthCosts } from './depth-costs.ts';
import { configureToFastest } from './fastest-configuration.ts';
import { configureGreedily } from './greedy-configuration.ts';

const depthsOf = ({ devices }: Configuration) => devices.map(({ depth }) => depth);
const roundOf = ({ devices }: Configuration) => Math.max(...devices.map(({ seconds }) => seconds));
const waitingOf = ({ devices }: Configuration) => waitingTime(devices.map(({ seconds }) => seconds));

describe('greedy configuration to the deadline of the fastest device', () => {
  it('is what the fastest takes for all it can', () => {
    // a and b take 16 s for four blocks, in which c can do two. (A shared deadline would be T_3 = 19 s, for three.)
    const configuration = configureToFastest(contextOf({ a, b, c }), costs);
    expect(configuration).toEqual({
      targetSeconds: 16,
      devices: [
        { id: 'a', depth: 4, seconds: 16 },
        { id: 'b', depth: 4, seconds: 16 },
        { id: 'c', depth: 2, seconds: 15.5 },
      ],
      excluded: [],
    });
    expect(waitingOf(configuration)).toBeCloseTo(0.5 / 3, 12);
  });

  it('takes as long for a straggler as the shared deadline, with smaller messages', () => {
    // s takes 40 s for its one block. By then c could do four, 12 bytes, where it now does two, 9 bytes.
    const context = contextOf({ a, b, c, s: capacityOf(0, 40, 0) });
    const [fastest, shared] = [configureToFastest(context, costs), configureGreedily(context, costs)];
    expect([roundOf(fastest), roundOf(shared)]).toEqual([40, 40]);
    expect(depthsOf(fastest)).toEqual([4, 4, 2, 1]);
    expect(depthsOf(shared)).toEqual([4, 4, 4, 1]);
  });

  it('falls to the next time of any device while waiting is above the bound', () => {
    // e: 7, 14, 21, 28 s. With T* = 16 s: a 16, e 14, waiting 1 s; 15 s: a 15, e 14, 0.5 s; 14 s: both, none.
    const context = contextOf({ a, e: capacityOf(0, 7, 0) });
    const targets = [1, 0.9, 0.5, 0].map((bound) => configureToFastest(context, costs, bound).targetSeconds);
    expect(targets).toEqual([16, 15, 15, 14]);
    expect(depthsOf(configureToFastest(context, costs, 0))).toEqual([2, 2]);
  });

  it('takes the deadline that waits least where none meets the bound', () => {
    // 16 s: (0 + 0 + 0.5)/3; 15.5 s: (0.5 + 1.5 + 0)/3; 15 s: (0 + 1 + 3.5)/3; 14 s: 2.5/3; 13 s: 2.5/3
    expect(configureToFastest(contextOf({ a, b, c }), costs, 0.1).targetSeconds).toBe(16);
  });

  it('does not fall where the round would not get shorter', () => {
    // d takes 8 s for four blocks, c 11.5 s for one: below 8 s only d would do less.
    const { targetSeconds, devices } = configureToFastest(contextOf({ d: capacityOf(1, 1, 0), c }), costs, 0);
    expect(targetSeconds).toBe(8);
    expect(devices.map(({ depth }) => depth)).toEqual([4, 1]);
  });
});

const cases = planningContexts.chain((context) =>
  fc.record({
    context: fc.constant(context),
    costs: rankVectors(context.profile.blocks).map((ranks) => depthCosts(context.profile, ranks, context)),
  }),
);

describe('greedy configuration to the deadline of the fastest device, on any fleet', () => {
  it('plans no longer rounds and no deeper devices than with the shared deadline', () => {
    fc.assert(
      fc.property(cases, ({ context, costs }) => {
        const [fastest, shared] = [configureToFastest(context, costs), configureGreedily(context, costs)];
        expect(roundOf(fastest)).toBeLessThanOrEqual(roundOf(shared));
        for (const [index, depth] of depthsOf(fastest).entries()) {
          expect(depth).toBeLessThanOrEqual(depthsOf(shared)[index] ?? 0);
        }
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('keeps waiting within the bound, or at the least of all deadlines', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 20, noNaN: true }), ({ context, costs }, bound) => {
        const least = waitingOf(configureToFastest(context, costs, 0));
        const slack = 1e-9;
        expect(waitingOf(configureToFastest(context, costs, bound))).toBeLessThanOrEqual(
          Math.max(bound, least) + slack,
        );
        expect(least).toBeLessThanOrEqual(waitingOf(configureToFastest(context, costs)) + slack);
      }),
      { seed: 9, numRuns: 300 },
    );
  });
});
