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
      { numRuns: 300 },
    );
  });
});
