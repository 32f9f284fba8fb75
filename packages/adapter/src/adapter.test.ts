import { InputError } from '@legend-fl/base';
import { describe, expect, test } from 'vitest';
import {
  type Adapter,
  adapterBytes,
  type BottleneckModule,
  flattenAdapter,
  type LoraModule,
  mapTensors,
  namedTensors,
  rankOf,
  restoreAdapter,
  restrictToDepth,
} from './index.ts';

const module = (rank: number, alpha: number): LoraModule => ({
  kind: 'lora',
  alpha,
  a: { dims: [rank, 2], data: Float32Array.from({ length: rank * 2 }, (_, index) => index + alpha) },
  b: { dims: [3, rank], data: Float32Array.from({ length: rank * 3 }, (_, index) => -index) },
});

const adapter: Adapter = {
  blocks: [
    new Map([['attention.self.query', module(1, 2)]]),
    new Map([
      ['attention.self.query', module(2, 4)],
      ['output.dense', module(2, 8)],
    ]),
  ],
  head: new Map([['classifier.bias', { dims: [2], data: Float32Array.of(1, 2) }]]),
};

const bottleneck: BottleneckModule = {
  kind: 'bottleneck',
  down: { dims: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  downBias: { dims: [2], data: Float32Array.of(7, 8) },
  up: { dims: [3, 2], data: Float32Array.of(9, 10, 11, 12, 13, 14) },
  upBias: { dims: [3], data: Float32Array.of(15, 16, 17) },
};

describe('an adapter', () => {
  test('names its tensors by block and target, then the head', () => {
    expect([...namedTensors(adapter).keys()]).toEqual([
      'blocks.1.attention.self.query.lora_A',
      'blocks.1.attention.self.query.lora_B',
      'blocks.2.attention.self.query.lora_A',
      'blocks.2.attention.self.query.lora_B',
      'blocks.2.output.dense.lora_A',
      'blocks.2.output.dense.lora_B',
      'head.classifier.bias',
    ]);
    expect(adapterBytes(adapter)).toBe(4 * (5 + 10 + 10 + 2));
    expect(rankOf(module(3, 1))).toBe(3);
  });

  test('of depth 1 keeps the block next to the output and the head', () => {
    const part = restrictToDepth(adapter, 1);
    expect(part.blocks.map((block) => block.size)).toEqual([0, 2]);
    expect(part.head).toBe(adapter.head);
  });

  test('is mapped tensor by tensor under the same names', () => {
    const names: string[] = [];
    mapTensors(adapter, (name, tensor) => {
      names.push(name);
      return tensor;
    });
    expect(names).toEqual([...namedTensors(adapter).keys()]);
  });

  test('comes back from its flat form', () => {
    for (const part of [adapter, restrictToDepth(adapter, 1)]) {
      expect(restoreAdapter(flattenAdapter(part), 'test')).toEqual(part);
    }
  });

  test('with a tensor too few or too many is refused', () => {
    const flat = flattenAdapter(adapter);
    const fewer = new Map([...flat.tensors].slice(1));
    const more = new Map([
      ...flat.tensors,
      ['blocks.9.x.lora_A', { dims: [0], data: new Float32Array() }] as const,
    ]);
    for (const tensors of [fewer, more]) {
      expect(() => restoreAdapter({ ...flat, tensors }, 'test')).toThrow(InputError);
    }
  });

  test('with one tensor in place of two, named like both, is refused', () => {
    const flat = flattenAdapter(adapter);
    const [first = '', second = ''] = [...flat.tensors.keys()].sort();
    const tensors = new Map(flat.tensors);
    tensors.delete(second);
    tensors.delete(first);
    tensors.set(`${first},${second}`, { dims: [0], data: new Float32Array() });
    expect(() => restoreAdapter({ ...flat, tensors }, 'test')).toThrow(InputError);
  });
});

describe('an adapter with a bottleneck', () => {
  const mixed: Adapter = {
    blocks: [new Map([['attention.self.query', module(1, 2)]]), new Map([['output.dense', bottleneck]])],
    head: adapter.head,
  };

  test('names its four tensors, counts them, and has the width as rank', () => {
    expect([...namedTensors(mixed).keys()]).toEqual([
      'blocks.1.attention.self.query.lora_A',
      'blocks.1.attention.self.query.lora_B',
      'blocks.2.output.dense.down',
      'blocks.2.output.dense.down_bias',
      'blocks.2.output.dense.up',
      'blocks.2.output.dense.up_bias',
      'head.classifier.bias',
    ]);
    expect(adapterBytes(mixed)).toBe(4 * (5 + 6 + 2 + 6 + 3 + 2));
    expect(rankOf(bottleneck)).toBe(2);
    expect(restrictToDepth(mixed, 1).blocks).toEqual([new Map(), mixed.blocks[1]]);
  });

  test('is mapped tensor by tensor', () => {
    const doubled = mapTensors(mixed, (_, { dims, data }) => ({
      dims,
      data: data.map((value) => 2 * value),
    }));
    expect(doubled.blocks[1]?.get('output.dense')).toMatchObject({
      kind: 'bottleneck',
      down: { data: Float32Array.of(2, 4, 6, 8, 10, 12) },
      upBias: { dims: [3], data: Float32Array.of(30, 32, 34) },
    });
  });

  test('comes back from its flat form; without one of its tensors it is refused', () => {
    const flat = flattenAdapter(mixed);
    expect(flat.alphas).toEqual({ 'blocks.1.attention.self.query': 2 });
    expect(restoreAdapter(flat, 'test')).toEqual(mixed);
    for (const part of ['down', 'up_bias']) {
      const tensors = new Map(flat.tensors);
      tensors.delete(`blocks.2.output.dense.${part}`);
      expect(() => restoreAdapter({ ...flat, tensors }, 'test')).toThrow(InputError);
    }
  });
});
