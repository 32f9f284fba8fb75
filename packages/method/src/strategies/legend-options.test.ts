import { type Adapter, mapTensors, namedTensors, rankOf, restrictToDepth } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import { describe, expect, it } from 'vitest';
import type { GlobalState } from '../global-state.ts';
import type { Plan } from '../plan.ts';
import type { RoundContext } from '../round-context.ts';
import { adapterFor, contextOfJetsons, profileOf } from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';
import { describeStrategyContract } from './strategy.contract.ts';
import type { Strategy } from './strategy.ts';
import type { StrategyOptions } from './strategy-options.ts';

const variants: readonly StrategyOptions[] = [
  { deadline: 'trimmed' },
  { planner: 'optimal' },
  { planner: 'optimal', stragglers: 'leave', deadline: 'trimmed' },
];
for (const options of variants) {
  describe(JSON.stringify(options), () => {
    describeStrategyContract('legend', () => createStrategy('legend', options));
  });
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const depthsOf = ({ devices }: Plan) => devices.map(({ depth }) => depth);

/** The round's plan carried out by devices that multiply the B of block l by 1 + shares[l-1]. */
function playRound(
  strategy: Strategy,
  context: RoundContext,
  shareOf: (block: number) => number,
): GlobalState {
  const { global } = context;
  const plan = strategy.plan(context);
  let sum = strategy.begin(global, plan);
  for (const device of plan.devices) {
    const { depth, id: deviceId } = device;
    const trained = restrictToDepth(strategy.deviceAdapter(global, device), depth);
    sum = strategy.add(sum, {
      deviceId,
      round: plan.round,
      depth,
      examples: 10,
      adapter: mapTensors(trained, (name, { dims, data }) => {
        const block = Number(/^blocks\.(\d+)\..*lora_B$/.exec(name)?.[1] ?? 0);
        const share = block === 0 ? 0 : shareOf(block);
        return { dims, data: data.map((value) => value * (1 + share)) };
      }),
      loss: 1,
    });
  }
  return strategy.finish(sum);
}

function ranksOf(adapter: Adapter): number[] {
  return adapter.blocks.map((block) => Math.max(0, ...[...block.values()].map(rankOf)));
}

describe('legend with planner full', () => {
  it('trains all blocks on every device, with its own ranks', () => {
    const strategy = createStrategy('legend', { planner: 'full' });
    const plan = strategy.plan(contextOfJetsons(strategy, 5, 1));
    expect(depthsOf(plan)).toEqual([12, 12, 12, 12, 12]);
    expect(plan.devices[0]?.ranks).toEqual(plan.rankDistribution);
  });
});

describe('legend with a trimmed deadline', () => {
  it('plans deeper than with that of the fastest where one device has little memory or lies', () => {
    const [trimmed, fastest] = (['trimmed', 'fastest'] as const).map((deadline) =>
      createStrategy('legend', { deadline }),
    );
    if (!trimmed || !fastest) throw new Error('there are two');
    const context = contextOfJetsons(trimmed, 10, 3);
    const [first, ...others] = context.devices;
    if (!first) throw new Error('the fleet is empty');
    const instant = { forwardSecondsPerBlock: 1e-9, backwardSecondsPerBlock: 1e-9, uploadSecondsPerByte: 0 };
    const liar = { ...first, capacity: { ...first.capacity, ...instant, downloadSecondsPerByte: 0 } };
    const devices = [liar, ...others];
    expect(total(depthsOf(fastest.plan({ ...context, devices })).slice(1))).toBe(9);
    expect(total(depthsOf(trimmed.plan({ ...context, devices })).slice(1))).toBeGreaterThanOrEqual(
      total(depthsOf(fastest.plan({ ...context, devices: others }))),
    );
  });
});

describe('legend with the optimal planner', () => {
  const learned = createStrategy('legend', { planner: 'optimal' });
  const context = contextOfJetsons(learned, 10, 4);

  it('starts with the ranks as importance, and shifts it to the blocks that move', () => {
    const ranks = learned.plan(context).rankDistribution;
    const { memory } = playRound(learned, context, (block) => (block > 10 ? 1 : 0));
    const { importance } = JSON.parse(JSON.stringify(memory));
    expect(importance[10]).toBeGreaterThan(ranks[10] ?? 0);
    expect(importance[11]).toBeGreaterThan(ranks[11] ?? 0);
    expect(importance[9]).toBeLessThan(ranks[9] ?? 0);
    expect(total(importance)).toBeCloseTo(total(ranks), 9);
  });

  it('plans shallower where only the last blocks turn out to be important', () => {
    const before = learned.plan(context);
    let global = context.global;
    for (let round = 0; round < 12; round++) {
      global = playRound(learned, { ...context, global }, (block) => (block === 12 ? 0.01 : 0));
    }
    const after = learned.plan({ ...context, global });
    expect(after.roundSeconds).toBeLessThan(before.roundSeconds);
    expect(total(depthsOf(after))).toBeLessThan(total(depthsOf(before)));
  });

  it('keeps no memory with planners that need none', () => {
    for (const planner of ['greedy', 'full'] as const) {
      const strategy = createStrategy('legend', { planner });
      expect(playRound(strategy, context, () => 1).memory).toBeNull();
    }
  });

  it('refuses a memory that is not its own', () => {
    const global = { ...context.global, memory: { importance: [1, 2] } };
    expect(() => learned.plan({ ...context, global })).toThrow(/importance of each of 12 blocks/);
  });
});

describe('legend with ranks per device', () => {
  const strategy = createStrategy('legend', { rankSharing: 'per-device' });
  const context = contextOfJetsons(strategy, 20, 2);

  it('plans ranks of their own, which cost what is sent', () => {
    const plan = strategy.plan(context);
    const shared = createStrategy('legend').plan(context);
    expect(plan.rankDistribution).toEqual(shared.rankDistribution);
    for (const device of plan.devices) {
      const adapter = strategy.deviceAdapter(context.global, device);
      expect(ranksOf(adapter).slice(-device.depth)).toEqual(device.ranks);
      const { rankParameters, headParameters } = context.profile;
      const parameters = device.ranks.reduce((sum, rank) => {
        const { A, B } = rankParameters[0] ?? { A: 0, B: 0 };
        return sum + rank * (A + B);
      }, headParameters);
      expect(device.bytesUp).toBe(4 * parameters);
    }
    const least = plan.devices.find(({ depth }) => depth === 1);
    expect(least?.ranks).toEqual([8]);
  });

  it('aggregates what devices of different ranks send, and only that', () => {
    const { adapter } = playRound(strategy, context, () => 1);
    const plan = strategy.plan(context);
    const before = namedTensors(context.global.adapter);
    // Column j of the last block's B doubles if any device has rank above j.
    const most = Math.max(...plan.devices.map(({ ranks }) => ranks.at(-1) ?? 0));
    const name = 'blocks.12.attention.self.query.lora_B';
    const [now, old] = [namedTensors(adapter).get(name), before.get(name)];
    for (const [index, value] of (now?.data ?? []).entries()) {
      expect(value).toBeCloseTo((old?.data[index] ?? 0) * (index % 12 < most ? 2 : 1), 5);
    }
    expect(ranksOf(adapter)).toEqual(plan.rankDistribution);
  });

  it('gives the blocks below the depth as they are with trunk global', () => {
    const [device] = strategy.plan({ ...context, trunk: 'global' }).devices;
    if (device === undefined) throw new Error('the plan is empty');
    const shallow = { ...device, depth: 1, ranks: [8] };
    expect(ranksOf(strategy.deviceAdapter(context.global, shallow))).toEqual([
      ...ranksOf(context.global.adapter).slice(0, -1),
      8,
    ]);
  });
});

describe('legend with blocks of rank 0', () => {
  const options: StrategyOptions = { ranks: { kind: 'custom', values: [0, 0, 2, 4] } };

  it.each<StrategyOptions>([{}, { planner: 'optimal' }, { planner: 'full' }])(
    'carries nothing there, and plans and aggregates as ever (%j)',
    (planner) => {
      const strategy = createStrategy('legend', { ...options, ...planner });
      expect(strategy.initialAdapter(profileOf(4))).toEqual({
        kind: 'lora',
        ranks: [0, 0, 2, 4],
        alphas: [0, 0, 4, 8],
      });
      const adapter = adapterFor(strategy, 4, (index) => index);
      const context = {
        ...contextOfJetsons(createStrategy('legend'), 6, 1),
        profile: profileOf(4),
        global: { adapter, memory: null },
      };
      const after = playRound(strategy, context, () => 1);
      expect(ranksOf(after.adapter)).toEqual([0, 0, 2, 4]);
      expect(strategy.plan({ ...context, global: after }).rankDistribution).toEqual([0, 0, 2, 4]);
    },
  );

  it('are not trained for nothing by the optimal planner', () => {
    const strategy = createStrategy('legend', { ...options, planner: 'optimal' });
    const context = { ...contextOfJetsons(createStrategy('legend'), 6, 1), profile: profileOf(4) };
    expect(Math.max(...depthsOf(strategy.plan(context)))).toBeLessThanOrEqual(2);
  });
});

describe('options of legend', () => {
  it.each([
    [{ planner: 'best' }, /planner: expected one of greedy, optimal, full, got best/],
    [{ deadline: 'slowest' }, /deadline: expected one of shared, fastest, trimmed/],
    [{ stragglers: 'drop' }, /stragglers: expected one of wait, leave/],
    [{ rankSharing: 'none' }, /rankSharing: expected one of shared, per-device/],
  ])('are refused where unknown: %j', (options, message) => {
    const create = () => createStrategy('legend', options as StrategyOptions);
    expect(create).toThrow(InputError);
    expect(create).toThrow(message);
  });

  it('are described where they have an effect', () => {
    const described = (options: StrategyOptions) =>
      Object.keys(createStrategy('legend', options).describe().options);
    const common = ['ranks', 'alphaPerRank', 'rankSharing', 'planner'];
    expect(described({})).toEqual([...common, 'deadline']);
    expect(described({ planner: 'optimal' })).toEqual([...common, 'stragglers']);
    expect(described({ planner: 'optimal', deadline: 'trimmed' })).toContain('deadline');
    expect(described({ planner: 'full', stragglers: 'leave' })).toEqual(common);
  });
});
