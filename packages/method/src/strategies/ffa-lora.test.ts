import { mapTensors, namedTensors } from '@legend-fl/adapter';
import { describe, expect, it } from 'vitest';
import { contextOfJetsons, updateOf } from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';

const ffaLora = createStrategy('ffa-lora');

describe('ffa-lora', () => {
  it('sends and fetches B and the head only, which leaves A without gradient and moments', () => {
    const context = contextOfJetsons(ffaLora, 1, 1);
    const [device] = ffaLora.plan(context).devices;
    const [whole] = createStrategy('fedlora').plan(context).devices;
    // B: rank 8 of 2 targets of 768 outputs in 12 blocks; the head: 2 classes of 768 weights and a bias.
    const values = 8 * 2 * 768 * 12 + 2 * 769;
    expect(device).toMatchObject({
      received: 'B',
      training: { factors: 'B' },
      bytesUp: 4 * values,
      bytesDown: 4 * values,
    });
    expect((whole?.memoryBytes ?? 0) - (device?.memoryBytes ?? 0)).toBe(16 * 8 * 2 * 768 * 12);
  });

  it('averages B by examples and keeps A to the bit', () => {
    const context = contextOfJetsons(ffaLora, 2, 1);
    const { global } = context;
    const plan = ffaLora.plan(context);
    const updates = plan.devices.map(({ id }, index) =>
      updateOf(
        mapTensors(global.adapter, (name, tensor) =>
          name.endsWith('lora_A') ? tensor : { dims: tensor.dims, data: tensor.data.map(() => 4 * index) },
        ),
        { deviceId: id, examples: 1 + 2 * index },
      ),
    );
    const state = ffaLora.finish(updates.reduce(ffaLora.add, ffaLora.begin(global, plan)));
    const before = namedTensors(global.adapter);
    for (const [name, { dims, data }] of namedTensors(state.adapter)) {
      const expected = name.endsWith('lora_A') ? before.get(name)?.data : data.map(() => 3);
      expect({ name, dims, data }).toEqual({ name, dims, data: expected });
    }
  });
});
