import { type Adapter, mapTensors, namedTensors, restrictToDepth } from '@legend-fl/adapter';
import type { DevicePlan } from '@legend-fl/method';
import type { Start } from '@legend-fl/runs';
import { describe, expect, test } from 'vitest';
import { sendDown, sendUp } from './exchange-adapters.ts';

const tensor = (dims: number[], from: number) => ({
  dims,
  data: Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, index) =>
    Math.sin(from + index),
  ),
});
const block = (from: number) =>
  new Map([
    ['query', { kind: 'lora', alpha: 4, a: tensor([2, 30], from), b: tensor([30, 2], -from) } as const],
  ]);
const adapter: Adapter = {
  blocks: [block(1), block(2), block(3)],
  head: new Map([['classifier.weight', tensor([2, 30], 4)]]),
};
const startOf = (from: Adapter): Start => ({ adapter: from, merged: undefined });
const device = (changes: Partial<DevicePlan> = {}): DevicePlan => ({
  id: 'a',
  depth: 2,
  ranks: [2, 2],
  trunk: 'base',
  seconds: 1,
  memoryBytes: 1,
  bytesUp: 1,
  bytesDown: 1,
  ...changes,
});
const start = restrictToDepth(adapter, 2);
const trainedOf = (from: Adapter) =>
  mapTensors(from, (_name, { dims, data }) => ({ dims, data: data.map((value) => value + 0.01) }));
const worst = (one: Adapter, other: Adapter) => {
  const others = namedTensors(other);
  const differences = [...namedTensors(one)].flatMap(([name, { data }]) =>
    [...data].map((value, index) => Math.abs(value - (others.get(name)?.data[index] ?? Number.NaN))),
  );
  return Math.max(...differences);
};

describe('as float32', () => {
  test('adapters travel both ways to the bit', () => {
    const received = sendDown(startOf(start), device(), 'f32', false);
    expect(received.adapter).toEqual(start);
    const trained = trainedOf(start);
    const sent = sendUp(start, received.adapter, trained, device(), 'f32', new Map());
    expect(sent.adapter).toEqual(trained);
    expect(sent.residual.size).toBe(0);
  });

  test('a factor that the device makes itself does not travel', () => {
    const whole = sendDown(startOf(start), device(), 'f32', false).bytes;
    const one = sendDown(startOf(start), device({ received: 'B' }), 'f32', false);
    // Two A of 2 × 30 fewer.
    expect(whole - one.bytes).toBeGreaterThan(2 * 2 * 30 * 4);
    expect(one.adapter).toEqual(start);
    const training = { factors: 'B' } as const;
    const both = sendUp(start, start, trainedOf(start), device(), 'f32', new Map());
    const sent = sendUp(start, start, start, device({ training }), 'f32', new Map());
    expect(both.bytes - sent.bytes).toBeGreaterThan(2 * 2 * 30 * 4);
  });

  test('lower blocks travel once', () => {
    const plan = device({ trunk: 'global' });
    const [first, later] = [false, true].map((holds) => sendDown(startOf(adapter), plan, 'f32', holds));
    expect((first?.bytes ?? 0) - (later?.bytes ?? 0)).toBeGreaterThan(4 * 30 * 4);
    expect(later?.adapter).toEqual(adapter);
  });

  test('what was merged into the base travels with the head alone', () => {
    const merged = new Map([['blocks.1.query', tensor([30, 30], 7)]]);
    const received = sendDown({ adapter: start, merged }, device({ received: 'head' }), 'f32', false);
    expect(received.adapter).toEqual(start);
    expect(received.merged).toEqual(merged);
    expect(received.bytes).toBeGreaterThan(4 * (30 * 30 + 2 * 30));
    expect(received.bytes).toBeLessThan(4 * (30 * 30 + 2 * 30) + 500);
  });
});

describe('as int8', () => {
  test('a device starts from rounded values, in a quarter of the bytes', () => {
    const exact = sendDown(startOf(start), device(), 'f32', false);
    const rounded = sendDown(startOf(start), device(), 'int8', false);
    expect(rounded.adapter).not.toEqual(start);
    expect(worst(rounded.adapter, start)).toBeLessThan(1 / 127);
    expect(exact.bytes - rounded.bytes).toBeGreaterThan(0.65 * 4 * 5 * 60);
  });

  test('rounding on the way down does not reach the coordinator', () => {
    const { adapter: received } = sendDown(startOf(start), device(), 'int8', false);
    const sent = sendUp(start, received, trainedOf(received), device(), 'int8', new Map());
    expect(worst(sent.adapter, trainedOf(start))).toBeLessThan(1e-4);
  });

  test('what a message leaves unsaid is said by the next ones', () => {
    let residual: ReadonlyMap<string, { dims: readonly number[]; data: Float32Array }> = new Map();
    let said = start;
    let meant = start;
    for (let round = 0; round < 20; round++) {
      const sent = sendUp(said, said, trainedOf(said), device(), 'int8', residual);
      said = sent.adapter;
      residual = sent.residual;
      meant = trainedOf(meant);
    }
    expect(worst(said, meant)).toBeLessThan(2e-4);
  });

  test('what was merged arrives rounded', () => {
    const merged = new Map([['blocks.1.query', tensor([30, 30], 7)]]);
    const received = sendDown({ adapter: start, merged }, device({ received: 'head' }), 'int8', false);
    expect([...(received.merged?.keys() ?? [])]).toEqual(['blocks.1.query']);
    expect(received.merged).not.toEqual(merged);
    expect([...received.adapter.head.keys()]).toEqual(['classifier.weight']);
  });
});
