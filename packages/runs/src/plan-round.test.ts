import { InputError } from '@legend-fl/base';
import {
  type Capacity,
  checkPlan,
  completePlan,
  createStrategy,
  type DeviceContext,
  type JsonValue,
  type Plan,
  type RoundContext,
  robustRoundSeconds,
  type Strategy,
} from '@legend-fl/method';
import { adapterFor, profileOf, strategyVariants } from '@legend-fl/method/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRound, type RoundToPlan } from './plan-round.ts';
import { methodSchema } from './settings/method-settings.ts';

const settings = { ...methodSchema.parse({}), local: { steps: 4 } };

/** A round of a model of 12 blocks. */
function roundOf(
  strategy: Strategy,
  devices: readonly DeviceContext[],
  round: Partial<RoundToPlan> = {},
  memory: JsonValue = null,
): RoundToPlan {
  return {
    profile: profileOf(12),
    state: { round: 4, lastEvaluation: null },
    devices,
    global: { adapter: adapterFor(strategy, 12, (index) => Math.sin(index)), memory },
    ...round,
  };
}

/** The context that `planRound` makes of it. */
function contextOf({ profile, state, devices, global, minimumCohort }: RoundToPlan): RoundContext {
  const { round, lastEvaluation } = state;
  return {
    round,
    profile,
    localSteps: settings.local.steps,
    trunk: 'base',
    valueBytes: 4,
    lastEvaluation,
    devices,
    global,
    ...(minimumCohort !== undefined && { minimumCohort }),
  };
}

/** Takes 4·(12 + 12)·`seconds` for all blocks, and nothing for messages; holds all of them. */
function deviceOf(id: string, seconds = 0.01, changes: Partial<Capacity> = {}): DeviceContext {
  const capacity = {
    forwardSecondsPerBlock: seconds,
    backwardSecondsPerBlock: seconds,
    uploadSecondsPerByte: 0,
    downloadSecondsPerByte: 0,
    memoryBytes: 8e9,
    ...changes,
  };
  return { id, capacity };
}

const idsOf = (entries: readonly { readonly id: string }[]) => entries.map(({ id }) => id);
const legend = createStrategy('legend');
const fedlora = createStrategy('fedlora');

/** The strategy, and how many plans it was asked for. */
function counted(strategy: Strategy): { readonly strategy: Strategy; readonly calls: () => number } {
  let calls = 0;
  const plan: Strategy['plan'] = (context) => {
    calls++;
    return strategy.plan(context);
  };
  return { strategy: { ...strategy, plan }, calls: () => calls };
}

describe('a round that can be planned as it is', () => {
  it('is, with one plan, and whatever limits nobody reaches', () => {
    const round = roundOf(
      legend,
      ['a', 'b', 'c'].map((id) => deviceOf(id)),
    );
    const expected = legend.plan(contextOf(round));
    for (const limits of [{}, { mostSeconds: 60, deadlineSeconds: () => 60 }]) {
      const { strategy, calls } = counted(legend);
      expect(planRound(strategy, settings, { ...round, ...limits })).toEqual(expected);
      expect(calls()).toBe(1);
    }
  });

  it('is planned for the minimum cohort', () => {
    const devices = [deviceOf('a', 0.001), deviceOf('b', 0.001), deviceOf('c', 0.004)];
    const plan = planRound(legend, settings, roundOf(legend, devices, { minimumCohort: 3 }));
    expect(plan.minimumCohort).toBe(3);
    expect(new Set(plan.devices.map(({ depth }) => depth)).size).toBe(1);
  });
});

describe('devices that no plan can have in it', () => {
  const good = ['a', 'b', 'c', 'd'].map((id) => deviceOf(id));
  /** In between, so that orders are told apart. */
  const withBad = (bad: DeviceContext) => good.toSpliced(2, 0, bad);

  it.each([
    ['NaN', { forwardSecondsPerBlock: Number.NaN }, 'its forwardSecondsPerBlock is NaN'],
    // What JSON makes of infinity.
    ['null', { memoryBytes: JSON.parse('null') }, 'its memoryBytes is null, not a finite number from zero'],
    ['infinity', { uploadSecondsPerByte: Number.POSITIVE_INFINITY }, 'its uploadSecondsPerByte is Infinity'],
    ['less than zero', { backwardSecondsPerBlock: -1 }, 'its backwardSecondsPerBlock is -1'],
    ['a time beyond all numbers', { forwardSecondsPerBlock: 1.7e308 }, 'no plan is possible with it: '],
  ])('are left out with a capacity of %s, and the others planned as without it', (_, changes, reason) => {
    for (const strategy of [legend, fedlora, createStrategy('fedquad'), createStrategy('hetlora')]) {
      const plan = planRound(strategy, settings, roundOf(strategy, withBad(deviceOf('bad', 1, changes))));
      expect(plan.excluded).toEqual([{ id: 'bad', reason: expect.stringContaining(reason) }]);
      expect({ ...plan, excluded: [] }).toEqual(strategy.plan(contextOf(roundOf(strategy, good))));
    }
  });

  it('are named in the order of the devices, with those that the strategy leaves out', () => {
    const small = deviceOf('small', 0.01, { memoryBytes: 1 });
    const devices = [small, deviceOf('bad', Number.NaN), ...good, { ...small, id: 'tiny' }];
    const plan = planRound(legend, settings, roundOf(legend, devices));
    expect(idsOf(plan.excluded)).toEqual(['small', 'bad', 'tiny']);
    checkPlan(plan, contextOf(roundOf(legend, devices)));
  });

  it('do not stand in for the reason that the strategy has for others', () => {
    // The first half of them holds none that fits.
    const small = ['s', 't', 'u', 'v'].map((id) => deviceOf(id, 0.01, { memoryBytes: 1 }));
    const devices = [...small, deviceOf('bad', 1.7e308), ...good.slice(0, 1)];
    const plan = planRound(legend, settings, roundOf(legend, devices));
    expect(plan.excluded.map(({ id, reason }) => [id, reason.slice(0, 22)])).toEqual([
      ['s', 'training 1 block needs'],
      ['t', 'training 1 block needs'],
      ['u', 'training 1 block needs'],
      ['v', 'training 1 block needs'],
      ['bad', 'no plan is possible wi'],
    ]);
  });

  it('are as few as make the others plannable, found with few plans among many', () => {
    const many = Array.from({ length: 256 }, (_, index) => deviceOf(`device-${index}`, 0.01 + index / 1e4));
    const bad = new Set(['device-3', 'device-100', 'device-255']);
    const refusing: Strategy = {
      ...legend,
      plan(context) {
        const [id] = idsOf(context.devices).filter((each) => bad.has(each));
        if (id === undefined) return legend.plan(context);
        throw new InputError({ code: 'test', expected: 'no', got: id, where: 'x', todo: '' });
      },
    };
    const { strategy, calls } = counted(refusing);
    const plan = planRound(strategy, settings, roundOf(legend, many));
    expect(idsOf(plan.excluded)).toEqual([...bad]);
    expect(plan.devices).toHaveLength(253);
    expect(plan.excluded[0]?.reason).toMatch(/^no plan is possible with it: x: expected no, got device-3/);
    expect(calls()).toBeLessThan(3 * 2 * 8 + 2);
  });

  it('are those far from the median where each device could be planned, but not all of them', () => {
    // Alone each of them takes 7e307 s or more; three of them wait longer than any number.
    const huge = ['x', 'y', 'z'].map((id, index) => deviceOf(id, 8e305 * (1 + index / 10)));
    const plan = planRound(fedlora, settings, roundOf(fedlora, [...huge, ...good]));
    expect(idsOf(plan.devices)).toEqual(['a', 'b', 'c', 'd']);
    expect(idsOf(plan.excluded)).toEqual(['x', 'y', 'z']);
  });

  it('are found by the check of a plan as well', () => {
    const careless: Strategy = {
      ...legend,
      plan(context) {
        const plan = legend.plan(context);
        const devices = plan.devices.map((device) => (device.id === 'c' ? { ...device, depth: 99 } : device));
        return { ...plan, devices };
      },
    };
    const plan = planRound(careless, settings, roundOf(legend, good));
    expect(plan.excluded).toEqual([
      { id: 'c', reason: expect.stringMatching(/a depth from 1 to 12, got 99/) },
    ]);
  });
});

describe('a round that nobody can be planned for', () => {
  const errorOf = (strategy: Strategy, devices: readonly DeviceContext[]) => {
    try {
      planRound(strategy, settings, roundOf(legend, devices));
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    }
    throw new Error('it was planned');
  };

  it('gives the reason of the strategy: what a device needs, at once', () => {
    const { strategy, calls } = counted(legend);
    const small = ['a', 'b', 'c'].map((id) => deviceOf(id, 0.01, { memoryBytes: 1e6 }));
    const error = errorOf(strategy, small);
    expect(error.code).toBe('no-device-fits');
    expect(error.message).toMatch(/memory, to train 1 block, got 3 devices, at most 1.0 MB memory/);
    expect(calls()).toBe(1);
  });

  it('gives the reason of the strategy: the first figure that is none', () => {
    const error = errorOf(
      legend,
      ['a', 'b'].map((id) => deviceOf(id, Number.NaN)),
    );
    expect(error.message).toMatch(/device a: expected forwardSecondsPerBlock to be finite/);
  });

  it('gives the reason of the strategy: ranks that are none', () => {
    const strategy = createStrategy('legend', { ranks: { kind: 'custom', values: [1] } });
    expect(
      errorOf(
        strategy,
        ['a', 'b'].map((id) => deviceOf(id)),
      ).code,
    ).toBe('ranks-invalid');
  });

  it('takes no mistake in a file of a strategy for one of a device', () => {
    const mistaken: Strategy = {
      ...legend,
      plan(context) {
        if (context.devices.length < 2) return legend.plan(context);
        throw new InputError({
          code: 'strategy-error',
          expected: 'no error',
          got: 'x',
          where: 'y',
          todo: '',
        });
      },
    };
    expect(
      errorOf(
        mistaken,
        ['a', 'b'].map((id) => deviceOf(id)),
      ).code,
    ).toBe('strategy-error');
  });

  it('takes no fault of the program for one of a device', () => {
    const faulty: Strategy = {
      ...legend,
      plan() {
        throw new TypeError('a fault');
      },
    };
    expect(() =>
      errorOf(
        faulty,
        ['a', 'b'].map((id) => deviceOf(id)),
      ),
    ).toThrow(TypeError);
  });
});

describe('devices that would be late', () => {
  /** 0.52 s for one block, 0.96 s for all. */
  const quick = ['a', 'b', 'c'].map((id) => deviceOf(id));

  it('are left out before planning where they can do nothing in time, and decide nothing for others', () => {
    const shared = createStrategy('legend', { deadline: 'shared' });
    const round = roundOf(shared, [...quick, deviceOf('slow', 100)], { mostSeconds: 60 });
    const plan = planRound(shared, settings, round);
    expect(plan.excluded).toEqual([
      { id: 'slow', reason: 'it would need 5200.0 s, the round closes after 60.0 s' },
    ]);
    expect({ ...plan, excluded: [] }).toEqual(shared.plan(contextOf({ ...round, devices: quick })));
  });

  it('stay if they are the fastest there are, as many as the minimum cohort', () => {
    const devices = [5, 3, 4, 2].map((seconds) => deviceOf(`takes-${seconds}`, seconds));
    for (const limits of [{ mostSeconds: 1 }, { deadlineSeconds: () => 1 }]) {
      const plan = (minimumCohort: number) =>
        planRound(fedlora, settings, roundOf(fedlora, devices, { ...limits, minimumCohort }));
      expect(idsOf(plan(1).devices)).toEqual(['takes-2']);
      expect(idsOf(plan(3).devices)).toEqual(['takes-3', 'takes-4', 'takes-2']);
      expect(idsOf(plan(9).devices)).toEqual(idsOf(devices));
    }
  });

  it('are left out once their planned time is known, and the others planned again', () => {
    const shared = createStrategy('legend', { deadline: 'shared' });
    // With it everybody has 50 s for all blocks; without, nobody has more than the fastest takes.
    const devices = [...quick, deviceOf('slow', 1)];
    const deadlineSeconds = (plan: Plan) => robustRoundSeconds(plan, 3);
    const { strategy, calls } = counted(shared);
    const plan = planRound(strategy, settings, roundOf(shared, devices, { deadlineSeconds }));
    expect(plan.excluded).toEqual([
      { id: 'slow', reason: 'it would need 52.0 s, the round closes after 2.9 s' },
    ]);
    expect({ ...plan, excluded: [] }).toEqual(shared.plan(contextOf(roundOf(shared, quick))));
    expect(calls()).toBe(2);
  });

  it('are taken out of the plan after so many plans that each brought another late one', () => {
    const devices = Array.from({ length: 30 }, (_, index) => deviceOf(`device-${index}`, 1 + index));
    // Whoever is slower than all others is late: one in each plan, until there is one device.
    const deadlineSeconds = ({ devices, roundSeconds }: Plan) =>
      Math.max(...devices.map(({ seconds }) => seconds).filter((seconds) => seconds < roundSeconds), 100);
    const { strategy, calls } = counted(fedlora);
    const round = roundOf(fedlora, devices, { deadlineSeconds, minimumCohort: 2 });
    const plan = planRound(strategy, settings, round);
    expect(calls()).toBe(9);
    expect(idsOf(plan.devices)).toEqual(['device-0', 'device-1']);
    expect(plan.excluded).toHaveLength(28);
    expect([plan.roundSeconds, plan.waitingSeconds]).toEqual([192, 48]);
    checkPlan(plan, contextOf(round));
  });
});

/**
 * What the coordinator lets a device report, `bounds` in `protocol/src/bounds.ts`, repeated here because this
 * package may not depend on that one; and what an older version has let through.
 */
const REPORTED = {
  blockSeconds: [1e-9, 1e-3, 3600],
  secondsPerByte: [0, 1e-6, 0.1],
  memoryBytes: [2 ** 20, 4e8, 2 ** 46],
};
const UNBOUNDED = [Number.NaN, Number.POSITIVE_INFINITY, -1, 1.7e308, 8e305, 1e300, JSON.parse('null')];

const hostile = (figures: readonly number[]): fc.Arbitrary<number> =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...figures) }, fc.constantFrom(...UNBOUNDED));

const hostileCapacities: fc.Arbitrary<Capacity> = fc.record({
  forwardSecondsPerBlock: hostile(REPORTED.blockSeconds),
  backwardSecondsPerBlock: hostile(REPORTED.blockSeconds),
  uploadSecondsPerByte: hostile(REPORTED.secondsPerByte),
  downloadSecondsPerByte: hostile(REPORTED.secondsPerByte),
  memoryBytes: hostile(REPORTED.memoryBytes),
});

const hostileRounds = fc.record({
  claims: fc.array(fc.tuple(hostileCapacities, fc.boolean()), { minLength: 1, maxLength: 7 }),
  honestCount: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(8)),
  place: fc.nat(),
  minimumCohort: fc.integer({ min: 1, max: 3 }),
});

describe.each(strategyVariants)(
  'a plan of $name $options, whatever devices claim',
  ({ name, options, memory }) => {
    const strategy = createStrategy(name, options);
    const check = (property: (round: RoundToPlan, honest: ReadonlySet<string>) => void) =>
      fc.assert(
        fc.property(hostileRounds, ({ claims, honestCount, place, minimumCohort }) => {
          const liars = claims.map(
            ([capacity, isAwaited], index): DeviceContext => ({
              id: `device-${index}`,
              capacity,
              ...(!isAwaited && { awaited: false }),
            }),
          );
          const honest = Array.from({ length: honestCount }, (_, index) =>
            deviceOf(`honest-${index}`, 0.01 * (1 + index)),
          );
          const devices = liars.toSpliced(place % (liars.length + 1), 0, ...honest);
          property(roundOf(strategy, devices, { minimumCohort }, memory), new Set(idsOf(honest)));
        }),
        { numRuns: 150 },
      );

    it('exists while one honest device is there, passes the check, and is not made impossible by the few', () => {
      check((round) => {
        const plan = planRound(strategy, settings, round);
        checkPlan(plan, contextOf(round));
        expect(plan.devices.length).toBeGreaterThan(0);
        const ids = idsOf(round.devices);
        const planned = new Set(idsOf(plan.devices));
        expect(idsOf(plan.devices)).toEqual(ids.filter((id) => planned.has(id)));
        expect(idsOf(plan.excluded)).toEqual(ids.filter((id) => !planned.has(id)));
        for (const { reason } of plan.excluded) expect(reason).not.toBe('');
      });
    });

    it('is done before the round closes, or by the fewest and fastest devices', () => {
      check((round) => {
        const deadlineSeconds = (plan: Plan) => Math.min(5 + 2 * robustRoundSeconds(plan, 3), 120);
        const limits = { mostSeconds: 120, deadlineSeconds };
        const plan = planRound(strategy, settings, { ...round, ...limits });
        checkPlan(plan, contextOf(round));
        const late = plan.devices.filter(({ seconds }) => seconds > deadlineSeconds(plan));
        if (plan.devices.length > (round.minimumCohort ?? 1)) expect(late).toEqual([]);
        expect(plan.devices.length).toBeGreaterThan(0);
      });
    });
  },
);

it('completes a plan of any strategy whose devices it takes out', () => {
  const devices = ['a', 'b'].map((id) => deviceOf(id));
  const context = contextOf(roundOf(fedlora, devices));
  const plan = fedlora.plan(context);
  expect(completePlan('fedlora', context, plan)).toEqual(plan);
});
