import { type Adapter, mapTensors, namedTensors, restrictToDepth } from '@legend-fl/adapter';
import { describe, expect, it } from 'vitest';
import { adapterFor, contextOfJetsons } from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';
import { describeStrategyContract } from './strategy.contract.ts';
import type { GlobalState, RoundContext, Strategy } from './strategy.ts';
import type { StrategyOptions } from './strategy-options.ts';

for (const name of ['legend', 'fedlora', 'fedquad']) {
  describe('with momentum at the server', () => {
    describeStrategyContract(name, () => createStrategy(name, { serverMomentum: 0.6 }));
  });
}

/** A round in which every device adds 1 to all that it trains. */
function playRound(strategy: Strategy, context: RoundContext): GlobalState {
  const plan = strategy.plan(context);
  let sum = strategy.begin(context.global, plan);
  for (const device of plan.devices) {
    const { depth, id: deviceId } = device;
    const trained = restrictToDepth(strategy.deviceAdapter(context.global, device), depth);
    const adapter = mapTensors(trained, (_, { dims, data }) => ({
      dims,
      data: data.map((value) => value + 1),
    }));
    sum = strategy.add(sum, { deviceId, round: plan.round, depth, examples: 10, adapter, loss: 1 });
  }
  return strategy.finish(sum);
}

const biasOf = (adapter: Adapter) => namedTensors(adapter).get('head.classifier.bias')?.data[0] ?? Number.NaN;

describe('a strategy with momentum at the server', () => {
  const options: StrategyOptions = { planner: 'optimal', serverMomentum: 0.5 };
  const strategy = createStrategy('legend', options);
  const plain = createStrategy('legend', { planner: 'optimal' });
  const context = contextOfJetsons(strategy, 10, 4);
  const zeros = { adapter: adapterFor(strategy, 12, () => 0), memory: null };

  it('gathers speed from round to round', () => {
    let global: GlobalState = zeros;
    const steps = [1, 2, 3].map(() => {
      const before = biasOf(global.adapter);
      global = playRound(strategy, { ...context, global });
      return biasOf(global.adapter) - before;
    });
    expect(steps).toEqual([1, 1.5, 1.75]);
  });

  it('plans and learns importance as without', () => {
    const [own, bare] = [
      playRound(strategy, { ...context, global: zeros }),
      playRound(plain, { ...context, global: zeros }),
    ];
    expect(own.adapter).toEqual(bare.adapter);
    expect(own.memory).toMatchObject({ own: bare.memory });
    expect(strategy.plan({ ...context, global: own })).toEqual(plain.plan({ ...context, global: bare }));
  });

  it('resumes from a memory that went through JSON', () => {
    const first = playRound(strategy, { ...context, global: zeros });
    const stored = { ...first, memory: JSON.parse(JSON.stringify(first.memory)) };
    const again = createStrategy('legend', options);
    expect(playRound(again, { ...context, global: stored })).toEqual(
      playRound(strategy, { ...context, global: first }),
    );
  });

  it('refuses the memory of a run without', () => {
    const bare = playRound(plain, { ...context, global: zeros });
    expect(() => strategy.plan({ ...context, global: bare })).toThrow(/own memory and a velocity/);
  });

  it('is the strategy itself without momentum', () => {
    const none = createStrategy('legend', { planner: 'optimal', serverMomentum: 0 });
    expect(playRound(none, { ...context, global: zeros })).toEqual(
      playRound(plain, { ...context, global: zeros }),
    );
    expect(none.describe()).toEqual(plain.describe());
    expect(strategy.describe().options).toMatchObject({ planner: 'optimal', serverMomentum: 0.5 });
  });
});
