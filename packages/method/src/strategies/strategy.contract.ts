import {
  type Adapter,
  type BottleneckModule,
  type LoraModule,
  mapTensors,
  namedTensors,
  rankOf,
  restrictToDepth,
} from '@legend-fl/adapter';
import { InputError, type Random, seededRandom } from '@legend-fl/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundUpdates } from '../aggregation/bound-updates.ts';
import { changeNorms } from '../aggregation/change-norms.ts';
import { clipUpdate } from '../aggregation/clip-update.ts';
import type { GlobalState } from '../global-state.ts';
import { type Plan, waitingTime } from '../plan.ts';
import { checkPlan } from '../planning/check-plan.ts';
import type { RoundContext } from '../round-context.ts';
import { adapterFor, planningContexts } from '../testing/round-contexts.ts';
import type { Update } from '../update.ts';
import type { Strategy } from './strategy.ts';

/** Ends the names of the tensors that a device leaves as they are. */
const FROZEN_FACTOR = { both: undefined, A: 'lora_B', B: 'lora_A' } as const;

const BOUNDS = { normMultiple: 2, outlierMultiple: 5, maximumShare: 0.05 };

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
    fc.assert(fc.property(cases, property), { numRuns });
  };

  describe(`strategy ${name}`, () => {
    it('describes itself in JSON under its name', () => {
      const description = makeStrategy().describe();
      expect(makeStrategy().name).toBe(name);
      expect(description.name).toBe(name);
      expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    });

    it('creates every block with a whole rank or width, some of them above zero', () => {
      check(50, ({ strategy, context: { profile } }) => {
        const initial = strategy.initialAdapter(profile);
        const sizes = initial.kind === 'lora' ? initial.ranks : initial.widths;
        expect(sizes).toHaveLength(profile.blocks);
        for (const size of sizes) expect(Number.isInteger(size) && size >= 0).toBe(true);
        expect(Math.max(...sizes)).toBeGreaterThan(0);
        if (initial.kind === 'lora') {
          expect(initial.alphas.map((alpha) => alpha > 0)).toEqual(sizes.map((size) => size > 0));
        }
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
          for (const rank of ranks) expect(Number.isInteger(rank) && rank >= 0).toBe(true);
        }
      });
    });

    it('keeps every device within its memory and bytes budget', () => {
      check(200, ({ strategy, context }) => {
        for (const { id, memoryBytes, bytesUp, bytesDown } of strategy.plan(context).devices) {
          const device = context.devices.find((each) => each.id === id);
          expect(memoryBytes).toBeLessThanOrEqual(device?.capacity.memoryBytes ?? 0);
          expect(Math.min(bytesUp, bytesDown)).toBeGreaterThan(0);
          expect(bytesUp + bytesDown).toBeLessThanOrEqual(device?.bytesBudget ?? Number.POSITIVE_INFINITY);
        }
      });
    });

    it('makes plans that pass the check', () => {
      check(200, ({ strategy, context }) => checkPlan(strategy.plan(context), context));
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
      check(50, ({ strategy, context }) => {
        const { global } = context;
        expect(strategy.finish(strategy.begin(global, strategy.plan(context)))).toEqual(global);
      });
    });

    it('aggregates identical updates to what they say', () => {
      check(50, ({ strategy, context, seed }) => {
        const [update] = trainUpdates(strategy, context, seed);
        if (update === undefined) return;
        const copies = [1, 7, 300].map((examples) => ({ ...update, examples }));
        const result = aggregate(strategy, context, copies);
        expectClose(effects(result, update.depth), effects(update, update.depth));
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

    it('keeps nothing of the tensors of an update', () => {
      check(50, ({ strategy, context, seed }) => {
        const updates = trainUpdates(strategy, context, seed);
        const expected = aggregate(strategy, context, updates);
        let sum = strategy.begin(context.global, strategy.plan(context));
        for (const update of updates) {
          const lent = structuredClone(update);
          sum = strategy.add(sum, lent);
          for (const { data } of namedTensors(lent.adapter).values()) data.fill(Number.NaN);
        }
        expect(strategy.finish(sum)).toEqual(expected);
      });
    });

    it('refuses NaN and goes on as if that update had not come', () => {
      check(50, ({ strategy, context, seed }) => {
        const updates = trainUpdates(strategy, context, seed);
        let sum = strategy.begin(context.global, strategy.plan(context));
        for (const update of updates) {
          sum = strategy.add(sum, update);
          const poisoned = { ...update, adapter: raiseHead(update.adapter, Number.NaN) };
          expect(() => strategy.add(sum, poisoned)).toThrow(InputError);
        }
        expect(strategy.finish(sum)).toEqual(aggregate(strategy, context, updates));
      });
    });

    it('aggregates within bounds to what it would without them, where devices are alike', () => {
      check(25, ({ strategy, context, seed }) => {
        const updates = trainUpdates(strategy, context, seed, alike).map((update) => ({
          ...update,
          examples: 100,
          loss: 0.5,
        }));
        expect(boundAll(strategy, context, updates)).toEqual(updates);
      });
    });

    it('leaves out a huge update, within bounds, whatever the other devices are like', () => {
      check(25, ({ strategy, context, seed }) => {
        const [first, ...others] = trainUpdates(strategy, context, seed);
        if (first === undefined || others.length < 2) return;
        const huge = { ...first, adapter: replaceTrained(strategy, context, first, () => 3e38) };
        const counted = boundAll(strategy, context, [huge, ...others]).map(({ deviceId }) => deviceId);
        expect(counted).toEqual(others.map(({ deviceId }) => deviceId));
      });
    });

    it('leaves no trace of a huge update, within bounds, where other devices are alike', () => {
      check(25, ({ strategy, context, seed }) => {
        const [first, ...others] = trainUpdates(strategy, context, seed, alike);
        if (first === undefined || others.length < 2) return;
        const huge = { ...first, adapter: replaceTrained(strategy, context, first, () => 3e38) };
        expect(boundAll(strategy, context, [huge, ...others])).toEqual(boundAll(strategy, context, others));
      });
    });

    it('moves the head no further than bounds allow, whatever one device sends', () => {
      check(25, ({ strategy, context, seed }) => {
        const [first, ...others] = trainUpdates(strategy, context, seed);
        if (first === undefined || others.length < 2) return;
        const random = seededRandom(seed, 'liar');
        const lie = (value: number) => value + 3 * (random() - 0.5);
        const liar = { ...first, adapter: replaceTrained(strategy, context, first, lie), examples: 1e9 };
        const bounded = boundAll(strategy, context, [liar, ...others]);
        const headOf = ({ head }: Adapter): Adapter => ({ blocks: [], head });
        const normOf = (end: Adapter) => changeNorms(headOf(context.global.adapter), headOf(end)).head;
        const honest = Math.max(...others.map(({ adapter }) => normOf(adapter)));
        const result = aggregate(strategy, context, bounded);
        expect(normOf(result.adapter)).toBeLessThanOrEqual(BOUNDS.normMultiple * honest + 1e-6);
      });
    });

    it('keeps the whole state where fewer devices than the minimum cohort have trained', () => {
      check(25, ({ strategy, context, seed }) => {
        const updates = trainUpdates(strategy, context, seed);
        const minimumCohort = updates.length + 1;
        expect(aggregate(strategy, context, updates, { minimumCohort })).toBe(context.global);
      });
    });

    it('keeps every block that fewer devices than the minimum cohort have trained, to the bit', () => {
      check(50, ({ strategy, context, seed }) => {
        const updates = trainUpdates(strategy, context, seed);
        for (const minimumCohort of [2, 3]) {
          if (updates.length < minimumCohort) continue;
          const { adapter } = aggregate(strategy, context, updates, { minimumCohort });
          const before = context.global.adapter;
          for (const [index, block] of before.blocks.entries()) {
            const trainers = updates.filter((update) => (update.adapter.blocks[index]?.size ?? 0) > 0);
            if (trainers.length < minimumCohort) expect(adapter.blocks[index]).toEqual(block);
          }
          // Where a round tries several sizes, each of them may have too few.
          if (adapter !== before) expect(adapter.head).not.toEqual(before.head);
        }
      });
    });
  });
}

/** The updates of a round as bounds let them count. */
function boundAll(strategy: Strategy, context: RoundContext, updates: readonly Update[]): Update[] {
  const starts = new Map(
    strategy
      .plan(context)
      .devices.map((device) => [device.id, strategy.deviceAdapter(context.global, device)]),
  );
  const startOf = ({ deviceId }: Update) => starts.get(deviceId) ?? context.global.adapter;
  const bounded = boundUpdates(
    updates.map((update) => ({ ...update, norms: changeNorms(startOf(update), update.adapter) })),
    [],
    BOUNDS,
  );
  return updates.flatMap((update, place) => {
    const outcome = bounded[place];
    return outcome?.status === 'counted' ? [clipUpdate(startOf(update), update, outcome)] : [];
  });
}

/** An update with other values in all that its device trains. */
function replaceTrained(
  strategy: Strategy,
  context: RoundContext,
  { deviceId, adapter }: Update,
  next: (value: number) => number,
): Adapter {
  const device = strategy.plan(context).devices.find(({ id }) => id === deviceId);
  const frozen = FROZEN_FACTOR[device?.training?.factors ?? 'both'];
  return mapTensors(adapter, (name, tensor) =>
    frozen !== undefined && name.endsWith(frozen)
      ? tensor
      : { dims: tensor.dims, data: tensor.data.map(next) },
  );
}

/** Moves of values that give changes of one size: of those that differ by chance, bounds clip the larger ones. */
const alike = (random: Random): number => (random() < 0.5 ? -0.5 : 0.5);

/** What the planned devices might send: the tensors that they start from, each value moved at random. */
function trainUpdates(
  strategy: Strategy,
  context: RoundContext,
  seed: number,
  move = (random: Random): number => random() - 0.5,
): Update[] {
  return strategy.plan(context).devices.map((device) => {
    const random = seededRandom(seed, device.id);
    const frozen = FROZEN_FACTOR[device.training?.factors ?? 'both'];
    const trained = mapTensors(strategy.deviceAdapter(context.global, device), (name, tensor) =>
      frozen !== undefined && name.endsWith(frozen)
        ? tensor
        : { dims: tensor.dims, data: tensor.data.map((value) => value + move(random)) },
    );
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

function aggregate(
  strategy: Strategy,
  context: RoundContext,
  updates: readonly Update[],
  changes: Partial<Plan> = {},
): GlobalState {
  const begun = strategy.begin(context.global, { ...strategy.plan(context), ...changes });
  return strategy.finish(updates.reduce((sum, update) => strategy.add(sum, update), begun));
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

/**
 * What the top `depth` blocks of a state do, however they are factored: all entries of (α/r)·B·A plus what has been
 * merged, or what a bottleneck adds to a fixed vector; and the head.
 */
function effects({ adapter, merged }: Pick<GlobalState, 'adapter' | 'merged'>, depth: number): number[] {
  const { blocks, head } = restrictToDepth(adapter, depth);
  const values = blocks.flatMap((block, index) =>
    [...block].flatMap(([target, module]) => {
      if (module.kind === 'bottleneck') return bottleneckEffect(module);
      const before = merged?.get(`blocks.${index + 1}.${target}`)?.data;
      return loraEffect(module).map((value, entry) => value + (before?.[entry] ?? 0));
    }),
  );
  for (const { data } of head.values()) values.push(...data);
  return values;
}

/** [out, in], row-major. */
function loraEffect(module: LoraModule): number[] {
  const { a, b, alpha } = module;
  const [rank, inputs, outputs] = [rankOf(module), a.dims[1] ?? 0, b.dims[0] ?? 0];
  return Array.from({ length: outputs * inputs }, (_, entry) => {
    const [output, input] = [Math.floor(entry / inputs), entry % inputs];
    let sum = 0;
    for (let r = 0; r < rank; r++) {
      sum += (b.data[output * rank + r] ?? 0) * (a.data[r * inputs + input] ?? 0);
    }
    return (alpha / rank) * sum;
  });
}

/** up·φ(down·x + downBias) + upBias for x = (1, 2, …); any φ will do to tell two bottlenecks apart. */
function bottleneckEffect({ down, downBias, up, upBias }: BottleneckModule): number[] {
  const [width = 0, hidden = 0] = down.dims;
  const inner = Array.from({ length: width }, (_, row) => {
    const products = Array.from({ length: hidden }, (_, i) => (down.data[row * hidden + i] ?? 0) * (i + 1));
    return Math.tanh(products.reduce((sum, value) => sum + value, downBias.data[row] ?? 0));
  });
  return [...upBias.data].map((bias, row) =>
    inner.reduce((sum, value, i) => sum + value * (up.data[row * width + i] ?? 0), bias),
  );
}

function expectClose(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  const worst = expected.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (got[index] ?? 0))),
    0,
  );
  expect(worst).toBeLessThan(1e-5);
}
