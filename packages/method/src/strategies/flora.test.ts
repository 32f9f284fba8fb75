import { namedTensors, type Tensor } from '@legend-fl/adapter';
import { describe, expect, it } from 'vitest';
import type { GlobalState } from '../global-state.ts';
import { loraAdapter } from '../testing/lora-adapter.ts';
import { contextOfJetsons, devicePlanOf, planFor, updateOf } from '../testing/round-contexts.ts';
import { createStrategy } from './registry.ts';

const flora = createStrategy('flora');

const start: GlobalState = { adapter: loraAdapter({ a: [[1, 1, 1]], b: [[0], [0]] }), memory: null };

/** A round in which a says 2·[[1, 2, 3], [0, 0, 0]] and b 2·[[0, 0, 0], [1, 0, 0]], weighed 1 to 3. */
function afterRound(global: GlobalState, round: number): GlobalState {
  const devices = ['a', 'b'].map((id) => devicePlanOf({ id }));
  let sum = flora.begin(global, { ...planFor([]), round, devices });
  sum = flora.add(
    sum,
    updateOf(loraAdapter({ a: [[1, 2, 3]], b: [[1], [0]], head: 4 }), { deviceId: 'a', examples: 1 }),
  );
  sum = flora.add(
    sum,
    updateOf(loraAdapter({ a: [[1, 0, 0]], b: [[0], [1]], head: 8 }), { deviceId: 'b', examples: 3 }),
  );
  return flora.finish(sum);
}

function mergedOf(global: GlobalState): Tensor | undefined {
  return global.merged?.get('blocks.1.query');
}

describe('flora', () => {
  it('merges the average of the products, which no pair of averaged factors has, and averages the head', () => {
    const global = afterRound(start, 1);
    expect(mergedOf(global)).toEqual({ dims: [2, 3], data: Float32Array.of(0.5, 1, 1.5, 1.5, 0, 0) });
    expect(global.adapter.head.get('classifier.bias')?.data).toEqual(Float32Array.of(7));
  });

  it('adds up rounds, and leaves what it was given alone', () => {
    const once = afterRound(start, 1);
    const before = structuredClone(once);
    const twice = afterRound(once, 2);
    expect(once).toEqual(before);
    expect(mergedOf(twice)?.data).toEqual(Float32Array.of(1, 2, 3, 3, 0, 0));
    expect(twice.memory).toEqual({ drawnAfterRound: 2 });
  });

  it('starts LoRA anew: B zero, A within ±1/√in, by the number of the round alone', () => {
    const tensors = namedTensors(afterRound(start, 1).adapter);
    const a = tensors.get('blocks.1.query.lora_A')?.data ?? Float32Array.of();
    expect(tensors.get('blocks.1.query.lora_B')?.data).toEqual(Float32Array.of(0, 0));
    for (const value of a) expect(Math.abs(value)).toBeLessThanOrEqual(1 / Math.sqrt(3));
    expect(new Set(a).size).toBe(3);
    const elsewhere = { ...start, adapter: loraAdapter({ a: [[5, 5, 5]], b: [[0], [0]], head: 9 }) };
    expect(namedTensors(afterRound(elsewhere, 1).adapter)).toEqual(tensors);
    expect(namedTensors(afterRound(start, 2).adapter)).not.toEqual(tensors);
  });

  it('lets devices fetch the head and what has been merged', () => {
    const context = contextOfJetsons(flora, 1, 1);
    const head = 2 * 769;
    const up = 4 * (8 * 4 * 768 * 12 + head);
    const first = { received: 'head', bytesUp: up, bytesDown: 4 * head };
    expect(flora.plan(context).devices[0]).toMatchObject(first);
    const global = { ...context.global, merged: new Map([['blocks.1.query', tensorOf(6)]]) };
    expect(flora.plan({ ...context, global }).devices[0]).toMatchObject({
      received: 'head',
      bytesUp: up,
      bytesDown: 4 * (head + 6),
    });
  });
});

function tensorOf(size: number): Tensor {
  return { dims: [1, size], data: new Float32Array(size) };
}
