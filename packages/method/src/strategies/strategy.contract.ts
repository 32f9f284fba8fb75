import { type Adapter, mapTensors, rankOf, restrictToDepth } from '@legend/adapter';
import { InputError, seededRandom } from '@legend/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageBytes } from '../cost-model.ts';
import { waitingTime } from '../plan.ts';
import { adapterFor, planningContexts } from '../testing/round-contexts.ts';
import type { GlobalState, RoundContext, Strategy, Update } from './strategy.ts';

interface Case {
  readonly strategy: Strategy;
  readonly context: RoundContext;
  readonly seed: number;
}

/** What every strategy keeps, on fleets like Jetson devices with little memory and bytes budgets among them. */
export function describeStrategyContract(name: string, makeStrategy: () => Strategy): void {
  const check = (numRuns: number, property: (each: Case) => void) => {
    const cases = fc.tuple(planningContexts, fc.nat()).map(([planning, seed]): Case => {
      const strategy = makeStrategy();
      const random = seededRandom(seed);
      const adapter = adapterFor(strategy, planning.profile.blocks, () => random() - 0.5);
      return { strategy, context: { ...planning, global: { adapter, memory: null } }, seed };
    });
    fc.assert(fc.property(cases, property), { seed: 80, numRuns });
  };

  describe(`strategy ${name}`, () => {
    it('describes itself in JSON under its name', () => {
      const description = makeStrategy().describe();
      expect(makeStrategy().name).toBe(name);
      expect(description.name).toBe(name);
      expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    });

    it('creates one rank and one alpha per block', () => {
      check(50, ({ strategy, context: { profile } }) => {
        const { ranks, alphas } = strategy.initialRanks(profile);
        expect([ranks.length, alphas.length]).toEqual([profile.blocks, profile.blocks]);
        for (const rank of ranks) expect(Number.isInteger(rank) && rank >= 1).toBe(true);
        for (const alpha of alphas) expect(alpha).toBeGreaterThan(0);
      });
    });

    it('plans every device once, or leaves it out with a reason', () => {
      check(200, ({ strategy, context }) => {
        const { devices, excluded } = strategy.plan(context);
        const planned = new Set(devices.map(({ id }) => id));
        const left = new Set(excluded.map(({ id }) => id));
        const ids = context.devices.map(({ id }) => id);
        expect(devices.map(({ id }) => id)).toEqual(ids.filter((id) => planned.has(id)));
        expect(excluded.map(({ id }) => id)).toEqual(ids.filter((id) => left.has(id)));
        expect(ids.filter((id) => planned.has(id) === left.has(id))).toEqual([]);
        for (const { reason } of excluded) expect(reason).not.toBe('');
      });
    });

    it('plans depths from 1 to L with a whole rank for each block', () => {
      check(200, ({ strategy, context }) => {
        const { blocks } = context.profile;
        const plan = strategy.plan(context);
        expect(plan.rankDistribution).toHaveLength(blocks);
        for (const { depth, ranks } of plan.devices) {
          expect(Number.isInteger(depth) && depth >= 1 && depth <= blocks).toBe(true);
          expect(ranks).toHaveLength(depth);
          for (const rank of ranks) expect(Number.isInteger(rank) && rank >= 1).toBe(true);
        }
      });
    });

    it('keeps every device within its memory and bytes budget', () => {
      check(200, ({ strategy, context }) => {
        const { profile, trunk, devices } = context;
        const plan = strategy.plan(context);
        for (const { id, depth, ranks, memoryBytes } of plan.devices) {
          const device = devices.find((each) => each.id === id);
          expect(memoryBytes).toBeLessThanOrEqual(device?.capacity.memoryBytes ?? 0);
          const below = plan.rankDistribution.slice(0, profile.blocks - depth);
          const up = messageBytes(profile, { depth, ranks: [...below, ...ranks] });
          const down =
            trunk === 'base'
              ? up
              : messageBytes(profile, { depth: profile.blocks, ranks: [...below, ...ranks] });
          expect(up + down).toBeLessThanOrEqual(device?.bytesBudget ?? Number.POSITIVE_INFINITY);
        }
      });
    });

    it('sums up its own predictions, in JSON', () => {
      check(100, ({ strategy, context }) => {
        const plan = strategy.plan(context);
        const seconds = plan.devices.map((device) => device.seconds);
        expect(plan.roundSeconds).toBe(Math.max(...seconds));
        expect(plan.waitingSeconds).toBe(waitingTime(seconds));
        expect([plan.round, plan.strategy, plan.localSteps]).toEqual([
          context.round,
          name,
          context.localSteps,
        ]);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      });
    });

    it('makes the same of the same, in another instance too', () => {
      check(50, ({ strategy, context, seed }) => {
        const again = structuredClone(context);
        expect(makeStrategy().plan(again)).toEqual(strategy.plan(context));
        expect(aggregate(makeStrategy(), again, trainUpdates(makeStrategy(), again, seed))).toEqual(
          aggregate(strategy, context, trainUpdates(strategy, context, seed)),
        );
      });
    });

    it('leaves its inputs as they were', () => {
      check(50, ({ strategy, context, seed }) => {
        const updates = trainUpdates(strategy, context, seed);
        const before = structuredClone({ context, updates });
        strategy.plan(context);
        aggregate(strategy, context, updates);
        expect({ context, updates }).toEqual(before);
      });
    });

    it('gives the global state back where nothing was added', () => {
      check(50, ({ strategy, context: { global } }) => {
        expect(strategy.finish(strategy.begin(global))).toEqual(global);
      });
    });

    it('aggregates identical updates to what they say', () => {
      check(50, ({ strategy, context, seed }) => {
        const [update] = trainUpdates(strategy, context, seed);
        if (update === undefined) return;
        const copies = [1, 7, 300].map((examples) => ({ ...update, examples }));
        const result = restrictToDepth(aggregate(strategy, context, copies).adapter, update.depth);
        expectClose(effects(result), effects(update.adapter));
      });
    });

    it('weighs updates with shares that sum to one', () => {
      check(50, ({ strategy, context, seed }) => {
        const updates = trainUpdates(strategy, context, seed);
        const raised = updates.map((update) => ({ ...update, adapter: raiseHead(update.adapter, 1) }));
        const { adapter } = aggregate(strategy, context, updates);
        const { head } = aggregate(strategy, context, raised).adapter;
        for (const [key, { data }] of raiseHead(adapter, 1).head) {
          expectClose([...(head.get(key)?.data ?? [])], [...data]);
        }
      });
    });

    it('refuses NaN and goes on as if that update had not come', () => {
      check(50, ({ strategy, context, seed }) => {
        const updates = trainUpdates(strategy, context, seed);
        let sum = strategy.begin(context.global);
        for (const update of updates) {
          sum = strategy.add(sum, update);
          const poisoned = { ...update, adapter: raiseHead(update.adapter, Number.NaN) };
          expect(() => strategy.add(sum, poisoned)).toThrow(InputError);
        }
        expect(strategy.finish(sum)).toEqual(aggregate(strategy, context, updates));
      });
    });
  });
}

/** What the planned devices might send: the tensors that they start from, each value moved at random. */
function trainUpdates(strategy: Strategy, context: RoundContext, seed: number): Update[] {
  return strategy.plan(context).devices.map((device) => {
    const random = seededRandom(seed, device.id);
    const trained = mapTensors(strategy.deviceAdapter(context.global, device), (_name, { dims, data }) => ({
      dims,
      data: data.map((value) => value + random() - 0.5),
    }));
    return {
      deviceId: device.id,
      round: context.round,
      depth: device.depth,
      examples: 1 + random.integer(500),
      adapter: restrictToDepth(trained, device.depth),
      loss: random(),
    };
  });
}

function aggregate(strategy: Strategy, { global }: RoundContext, updates: readonly Update[]): GlobalState {
  return strategy.finish(updates.reduce((sum, update) => strategy.add(sum, update), strategy.begin(global)));
}

function raiseHead(adapter: Adapter, by: number): Adapter {
  const head = new Map(
    [...adapter.head].map(([name, { dims, data }]) => [
      name,
      { dims, data: data.map((value) => value + by) },
    ]),
  );
  return { ...adapter, head };
}

/** All entries of ΔW = (α/r)·B·A of each module, and of the head: what an adapter does, however it is factored. */
function effects({ blocks, head }: Adapter): number[] {
  const values: number[] = [];
  for (const block of blocks) {
    for (const module of block.values()) {
      const { a, b, alpha } = module;
      const [rank, inputs, outputs] = [rankOf(module), a.dims[1] ?? 0, b.dims[0] ?? 0];
      for (let output = 0; output < outputs; output++) {
        for (let input = 0; input < inputs; input++) {
          let sum = 0;
          for (let r = 0; r < rank; r++)
            sum += (b.data[output * rank + r] ?? 0) * (a.data[r * inputs + input] ?? 0);
          values.push((alpha / rank) * sum);
        }
      }
    }
  }
  for (const { data } of head.values()) values.push(...data);
  return values;
}

function expectClose(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  const worst = expected.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (got[index] ?? 0))),
    0,
  );
  expect(worst).toBeLessThan(1e-5);
}
