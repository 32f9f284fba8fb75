import { type Adapter, mapTensors, namedTensors, restrictToDepth, type Tensor } from '@legend-fl/adapter';
import type { DevicePlan } from '@legend-fl/method';
import { codecNames } from '@legend-fl/adapter';
import { describe, expect, test } from 'vitest';
import { tensorOf, threeBlocks, twoBottlenecks } from './sample.fixture.ts';
import { decodeStart, decodeWholeStart, encodeStart, encodeWholeStart, type Start } from './start-message.ts';

const merged = new Map([
  ['blocks.1.query', tensorOf([30, 30], 7)],
  ['blocks.3.query', tensorOf([30, 30], 8)],
]);
/** What a device that lacks everything would have in place of the values. */
const blank = (adapter: Adapter) =>
  mapTensors(adapter, (_, { dims, data }) => ({ dims, data: new Float32Array(data.length).fill(9) }));

/** Of int8 a step is a 127th of the greatest value of a chunk, here 1. */
const tolerance = { f32: 0, f16: 1 / 2048, int8: 0.51 / 127 };

function expectClose(one: ReadonlyMap<string, Tensor>, other: ReadonlyMap<string, Tensor>, within: number) {
  expect([...one.keys()]).toEqual([...other.keys()]);
  for (const [name, { dims, data }] of one) {
    expect(dims).toEqual(other.get(name)?.dims);
    const worst = data.reduce(
      (most, value, index) => Math.max(most, Math.abs(value - (other.get(name)?.data[index] ?? Number.NaN))),
      0,
    );
    expect(worst, name).toBeLessThanOrEqual(within);
  }
}

describe.each(codecNames)('as %s', (codec) => {
  const within = tolerance[codec];

  test.each([
    ['LoRA of all blocks', { adapter: threeBlocks, merged: undefined }],
    ['a depth of 1', { adapter: restrictToDepth(threeBlocks, 1), merged: undefined }],
    ['bottlenecks', { adapter: twoBottlenecks, merged: undefined }],
    ['LoRA and what was merged', { adapter: threeBlocks, merged }],
  ] satisfies [string, Start][])('a whole start of %s needs nothing of the device', (_, start) => {
    const read = decodeWholeStart(encodeWholeStart(start, codec), 'test');
    expectClose(namedTensors(read.adapter), namedTensors(start.adapter), within);
    expect(read.adapter.blocks.map((block) => [...block.values()].map(({ kind }) => kind))).toEqual(
      start.adapter.blocks.map((block) => [...block.values()].map(({ kind }) => kind)),
    );
    expect(read.merged === undefined).toBe(start.merged === undefined);
    expectClose(read.merged ?? new Map(), start.merged ?? new Map(), within);
  });

  const plans: [string, Pick<DevicePlan, 'depth' | 'trunk' | 'received'>, boolean][] = [
    ['everything', { depth: 3, trunk: 'base' }, false],
    ['two blocks', { depth: 2, trunk: 'base' }, false],
    ['two blocks and the trunk', { depth: 2, trunk: 'global' }, false],
    ['two blocks above a trunk that is held', { depth: 2, trunk: 'global' }, true],
    ['A', { depth: 3, trunk: 'base', received: 'A' }, false],
    ['B', { depth: 3, trunk: 'base', received: 'B' }, false],
    ['B above a trunk that is held', { depth: 1, trunk: 'global', received: 'B' }, true],
    ['the head and what was merged', { depth: 3, trunk: 'base', received: 'head' }, false],
  ];
  test.each(plans)('%s arrives, the rest is held', (_, plan, holdsTrunk) => {
    const adapter = plan.trunk === 'base' ? restrictToDepth(threeBlocks, plan.depth) : threeBlocks;
    const start: Start = { adapter, merged: plan.received === 'head' ? merged : undefined };
    const bytes = encodeStart(start, plan, codec, holdsTrunk);
    const read = decodeStart(bytes, plan, { held: start, holdsTrunk, where: 'test' });
    expectClose(namedTensors(read.adapter), namedTensors(adapter), within);
    expectClose(read.merged ?? new Map(), start.merged ?? new Map(), within);
    // A device that holds other values has them wherever the message is silent, and nowhere else.
    const strange = decodeStart(bytes, plan, {
      held: { adapter: blank(adapter), merged: undefined },
      holdsTrunk,
      where: 'test',
    });
    const silent = [...namedTensors(strange.adapter)].filter(([, { data }]) => data.every((x) => x === 9));
    const lowest = 3 - plan.depth;
    const expected = [...namedTensors(adapter).keys()].filter((name) => {
      if (name.startsWith('head.')) return false;
      if (plan.received === 'head') return true;
      const isLower = Number(name.split('.')[1]) <= lowest;
      if (holdsTrunk && isLower) return true;
      const { received = 'both' } = plan;
      return received !== 'both' && !name.endsWith(`lora_${received}`);
    });
    expect(silent.map(([name]) => name)).toEqual(expected);
  });
});

test('equal starts give equal bytes, and what differs shows in them', () => {
  const start = { adapter: threeBlocks, merged };
  const copy = { adapter: mapTensors(threeBlocks, (_, tensor) => tensor), merged: new Map(merged) };
  expect(encodeWholeStart(copy, 'f16')).toEqual(encodeWholeStart(start, 'f16'));
  expect(encodeWholeStart({ ...copy, merged: undefined }, 'f16')).not.toEqual(encodeWholeStart(start, 'f16'));
});

test('a whole start cut short is refused', () => {
  const bytes = encodeWholeStart({ adapter: threeBlocks, merged }, 'f32');
  for (const length of [0, 7, 100, bytes.length - 1]) {
    expect(() => decodeWholeStart(bytes.subarray(0, length), 'a message')).toThrow(/a message/);
  }
});

test('a factor of which the device lacks the other one is refused', () => {
  const plan = { depth: 3, trunk: 'base', received: 'B' } as const;
  const bytes = encodeStart({ adapter: threeBlocks, merged: undefined }, plan, 'f32', false);
  const held = { adapter: restrictToDepth(threeBlocks, 2), merged: undefined };
  expect(() => decodeStart(bytes, plan, { held, holdsTrunk: false, where: 'a message' })).toThrow(
    expect.objectContaining({ code: 'wire-tensor-extra' }),
  );
});
