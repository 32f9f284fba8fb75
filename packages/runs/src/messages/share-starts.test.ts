import { type Adapter, mapTensors, restrictToDepth } from '@legend-fl/adapter';
import type { DevicePlan } from '@legend-fl/method';
import { expect, test } from 'vitest';
import { type MakeStart, shareStarts } from './share-starts.ts';
import { encodeStart } from './start-message.ts';

const tensor = (dims: number[], from: number) => ({
  dims,
  data: Float32Array.from({ length: (dims[0] ?? 1) * (dims[1] ?? 1) }, (_, index) => Math.sin(from + index)),
});
const block = (from: number) =>
  new Map([
    ['query', { kind: 'lora', alpha: 4, a: tensor([2, 8], from), b: tensor([8, 2], -from) } as const],
  ]);
const adapter: Adapter = {
  blocks: [block(1), block(2), block(3)],
  head: new Map([['classifier.weight', tensor([2, 8], 4)]]),
};
const encode: MakeStart<Uint8Array> = (start, plan, holdsTrunk) =>
  encodeStart({ adapter: start, merged: undefined }, plan, 'int8', holdsTrunk);
const device = (depth: number, changes: Partial<DevicePlan> = {}): DevicePlan => ({
  id: 'a',
  depth,
  ranks: new Array<number>(depth).fill(2),
  trunk: 'base',
  seconds: 1,
  memoryBytes: 1,
  bytesUp: 1,
  bytesDown: 1,
  ...changes,
});

test('devices with the same start and plan share one message', () => {
  const handOut = shareStarts(encode);
  const first = handOut(restrictToDepth(adapter, 2), device(2), false);
  expect(handOut(restrictToDepth(adapter, 2), device(2, { id: 'b', seconds: 9 }), false)).toBe(first);
  expect(first).toEqual(encode(restrictToDepth(adapter, 2), device(2), false));
});

test('any difference in what is sent makes another message', () => {
  const handOut = shareStarts(encode);
  const ownBlock = { ...adapter, blocks: adapter.blocks.with(2, block(3)) };
  const sendings = [
    [adapter, device(3), false],
    [adapter, device(3), true],
    [restrictToDepth(adapter, 2), device(2), false],
    [adapter, device(2, { trunk: 'global' }), true],
    [adapter, device(3, { received: 'B' }), false],
    [
      mapTensors(adapter, (_, { dims, data }) => ({ dims, data: data.map((value) => -value) })),
      device(3),
      false,
    ],
    [ownBlock, device(3), false],
  ] as const;
  for (const [start, plan, holdsTrunk] of sendings) {
    expect(handOut(start, plan, holdsTrunk)).toEqual(encode(start, plan, holdsTrunk));
  }
});
