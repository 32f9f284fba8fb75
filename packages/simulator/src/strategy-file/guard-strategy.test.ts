import { type Adapter, mapTensors, type Tensor } from '@legend-fl/adapter';
import { folderFiles } from '@legend-fl/adapter/node';
import { InputError } from '@legend-fl/base';
import { createAdapter, createBottlenecks } from '@legend-fl/lora';
import {
  createStrategy,
  type DevicePlan,
  type GlobalState,
  type Plan,
  type Strategy,
} from '@legend-fl/method';
import { openModel } from '@legend-fl/models';
import { beforeAll, describe, expect, test } from 'vitest';
import { tinyModelFolder } from '../experiment/tiny-experiment.fixture.ts';
import { guardStrategy } from './guard-strategy.ts';

const file = { path: 'mine.ts', realPath: '/there/mine.ts', sha256: 'ab'.repeat(32) };
const base = createStrategy('fedlora');

/** FedLoRA with a mistake, guarded. */
const guarded = (mistake: object): Strategy => guardStrategy({ ...base, ...mistake } as Strategy, file);

const device: DevicePlan = {
  id: 'a',
  depth: 3,
  ranks: [2, 2, 2],
  trunk: 'base',
  seconds: 1,
  memoryBytes: 1,
  bytesUp: 1,
  bytesDown: 1,
};
const plan: Plan = {
  round: 1,
  strategy: 'mine',
  localSteps: 1,
  targetSeconds: 1,
  roundSeconds: 1,
  waitingSeconds: 0,
  rankDistribution: [2, 2, 2],
  devices: [device],
  excluded: [],
};

let global: GlobalState;
let bottlenecks: Adapter;
beforeAll(async () => {
  const { architecture, head } = await openModel(folderFiles(tinyModelFolder), { classes: 2, seed: 1 });
  const sizes = { targets: ['query', 'value'], ranks: [2, 2, 2], alphas: [4, 4, 4] };
  global = { adapter: createAdapter(architecture, sizes, head, 1), memory: null };
  bottlenecks = createBottlenecks(architecture, { widths: [2, 2, 2] }, head, 1);
});

const finish = (mistake: object) => {
  const strategy = guarded(mistake);
  return strategy.finish(strategy.begin(global, plan));
};

test('a strategy without mistakes is the same', () => {
  const strategy = guarded({});
  expect(strategy.describe()).toEqual(base.describe());
  expect(strategy.deviceAdapter(global, device)).toEqual(base.deviceAdapter(global, device));
  expect(finish({})).toBe(global);
});

describe('what a method throws', () => {
  const thrower = (error: unknown) => () => {
    throw error;
  };

  test('is bad input that names file, line and method', () => {
    const error = new TypeError('no such thing');
    error.stack = 'TypeError: no such thing\n    at plan (file:///there/mine.ts:12:7)';
    expect(() => guarded({ plan: thrower(error) }).plan({} as never)).toThrow(
      expect.objectContaining({
        code: 'strategy-error',
        message:
          'mine.ts:12, plan: expected no error, got TypeError: no such thing. Correct the file; --resume continues a run that has started.',
      }),
    );
  });

  test('stays bad input where it was', () => {
    const problem = { code: 'ranks-invalid', expected: 'a', got: 'b', where: 'ranks', todo: 'c' };
    expect(() => guarded({ begin: thrower(new InputError(problem)) }).begin(global, plan)).toThrow(
      expect.objectContaining({
        code: 'ranks-invalid',
        message: 'mine.ts, begin, ranks: expected a, got b. c',
      }),
    );
  });

  test('need not be an error', () => {
    expect(() => finish({ finish: thrower('out of luck') })).toThrow(
      'mine.ts, finish: expected no error, got out of luck thrown',
    );
  });

  test.each(['describe', 'initialAdapter', 'plan', 'deviceAdapter', 'begin', 'add', 'finish'] as const)(
    'is caught in %s',
    (method) => {
      const strategy: Strategy = guarded({ [method]: thrower(new Error('oh')) });
      const sum = method === 'begin' ? { global, own: null } : strategy.begin(global, plan);
      const calls = {
        describe: () => strategy.describe(),
        initialAdapter: () => strategy.initialAdapter({} as never),
        plan: () => strategy.plan({} as never),
        deviceAdapter: () => strategy.deviceAdapter(global, device),
        begin: () => strategy.begin(global, plan),
        add: () => strategy.add(sum, {} as never),
        finish: () => strategy.finish(sum),
      };
      expect(calls[method]).toThrow(`mine.ts, ${method}: expected no error, got Error: oh`);
    },
  );
});

describe('refuses what a method returns:', () => {
  test.each<[string, object, string]>([
    ['a promise', { plan: async () => plan }, 'mine.ts, plan: expected a value, got a promise'],
    ['nothing', { plan: () => {} }, 'mine.ts, plan: expected a value, got nothing'],
    ['no plan', { plan: () => 3 }, 'mine.ts, plan: expected a group of keys, got 3'],
    ['a plan without devices', { plan: () => ({ ...plan, devices: undefined }) }, 'devices: expected a list'],
    [
      'a time that is no number',
      { plan: () => ({ ...plan, devices: [{ ...device, seconds: Number.NaN }] }) },
      'mine.ts, plan: devices[0].seconds ("a"): expected a finite number, got NaN',
    ],
    [
      'unknown training',
      { plan: () => ({ ...plan, devices: [{ ...device, training: { factor: 'B' } }] }) },
      'Did you mean "factors"?',
    ],
  ])('%s', (_, mistake, message) => {
    expect(() => guarded(mistake).plan({} as never)).toThrow(InputError);
    expect(() => guarded(mistake).plan({} as never)).toThrow(message);
  });

  test('a description that JSON does not hold', () => {
    const describe = () => ({ ...base.describe(), options: { at: () => 1 } });
    expect(() => guarded({ describe }).describe()).toThrow('mine.ts, describe: options.at');
  });

  test('an adapter of no known kind to begin with', () => {
    expect(() => guarded({ initialAdapter: () => ({ kind: 'prefix' }) }).initialAdapter({} as never)).toThrow(
      'mine.ts, initialAdapter: kind: expected',
    );
  });

  test('larger ranks for a device than planned', () => {
    const strategy = guarded({ deviceAdapter: () => global.adapter });
    const small = { ...device, ranks: [2, 1, 2] };
    expect(() => strategy.deviceAdapter(global, small)).toThrow(
      'mine.ts, deviceAdapter: expected at most rank 1, as planned, for attention.self.query of block 2, got 2',
    );
  });

  test('a sum that add forgot to return', () => {
    const strategy = guarded({ add: () => {} });
    expect(() => strategy.add(strategy.begin(global, plan), {} as never)).toThrow(
      'mine.ts, add: expected a value, got nothing',
    );
  });

  const query = 'block 1, attention.self.query';
  const changeQuery = (change: (tensor: Tensor) => unknown) => () => ({
    ...global,
    adapter: mapTensors(global.adapter, (name, tensor) =>
      name === 'blocks.1.attention.self.query.lora_A' ? (change(tensor) as Tensor) : tensor,
    ),
  });
  test.each<[string, () => unknown, string]>([
    ['null for a global state', () => null, 'expected a global state { adapter, memory }, got null'],
    ['a state without adapter', () => ({ memory: null }), 'expected an adapter { blocks: Map[], head: Map }'],
    [
      'a block too few',
      () => ({ ...global, adapter: { ...global.adapter, blocks: global.adapter.blocks.slice(1) } }),
      'expected 3 blocks, got 2',
    ],
    [
      'a target that carries nothing',
      () => ({
        ...global,
        adapter: {
          ...global.adapter,
          blocks: global.adapter.blocks.map(
            (block) => new Map([...block].map(([, module]) => ['key', module])),
          ),
        },
      }),
      'block 1: expected targets attention.self.query, attention.self.value, got key',
    ],
    [
      'another kind of module',
      () => ({ ...global, adapter: bottlenecks }),
      'block 1: expected targets attention.self.query, attention.self.value',
    ],
    [
      'another head',
      () => ({ ...global, adapter: { ...global.adapter, head: new Map() } }),
      'head classifier.weight: expected a tensor { dims: number[], data: Float32Array }, got undefined',
    ],
    [
      'NaN in a tensor',
      changeQuery(({ dims, data }) => ({ dims, data: data.map(() => Number.NaN) })),
      `mine.ts, finish, ${query}, a: expected finite values, got NaN at 0`,
    ],
    [
      'a tensor of another shape',
      changeQuery(({ data }) => ({ dims: [2, 31], data: data.slice(0, 62) })),
      `${query}, a: expected shape [2, 32], got [2, 31] with 62 values`,
    ],
    [
      'numbers in a list',
      changeQuery(({ dims, data }) => ({ dims, data: [...data] })),
      `${query}, a: expected a tensor`,
    ],
    [
      'memory that is left out',
      () => ({ adapter: global.adapter }),
      'expected plain JSON in memory, got undefined',
    ],
    [
      'memory with NaN in it',
      () => ({ ...global, memory: { best: [Number.NaN] } }),
      'mine.ts, finish: expected plain JSON in memory.best[0], got NaN',
    ],
    [
      'merged weights of another size',
      () => ({
        ...global,
        merged: new Map([['blocks.1.attention.self.query', { dims: [2], data: new Float32Array(2) }]]),
      }),
      'merged blocks.1.attention.self.query: expected shape [32, 32], got [2] with 2 values',
    ],
    [
      'merged weights of no block',
      () => ({ ...global, merged: new Map([['query', { dims: [1], data: new Float32Array(1) }]]) }),
      'expected merged tensors by blocks.<l>.<target>, got query',
    ],
  ])('%s', (_, result, message) => {
    expect(() => finish({ finish: result })).toThrow(InputError);
    expect(() => finish({ finish: result })).toThrow(message);
  });

  test('but not another rank', () => {
    const smaller = base.deviceAdapter(global, { ...device, ranks: [1, 1, 1] });
    expect(finish({ finish: () => ({ ...global, adapter: smaller }) }).adapter).toBe(smaller);
  });
});
