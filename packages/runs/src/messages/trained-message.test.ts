import { type Adapter, mapTensors, namedTensors, restrictToDepth } from '@legend-fl/adapter';
import { codecNames, type Residual } from '@legend-fl/adapter';
import { describe, expect, test } from 'vitest';
import { threeBlocks, twoBottlenecks } from './sample.fixture.ts';
import { decodeWholeStart, encodeWholeStart } from './start-message.ts';
import { decodeTrained, encodeTrained } from './trained-message.ts';

/** What local steps make of it: trained are the blocks of the depth, of them the factor, and the head. */
function train(from: Adapter, depth: number, factors: 'both' | 'A' | 'B' = 'both'): Adapter {
  return mapTensors(restrictToDepth(from, depth), (name, { dims, data }) => {
    const frozen = factors !== 'both' && name.includes('lora_') && !name.endsWith(factors);
    return { dims, data: frozen ? data : data.map((value) => value + 0.01) };
  });
}

function worst(one: Adapter, other: Adapter): number {
  const others = namedTensors(other);
  expect([...namedTensors(one).keys()]).toEqual([...others.keys()]);
  const differences = [...namedTensors(one)].flatMap(([name, { data }]) =>
    [...data].map((value, index) => Math.abs(value - (others.get(name)?.data[index] ?? Number.NaN))),
  );
  return Math.max(...differences);
}

const none: Residual = new Map();

describe.each(codecNames)('as %s', (codec) => {
  test.each([
    ['LoRA of all blocks', threeBlocks, { depth: 3 }],
    ['LoRA of two blocks', threeBlocks, { depth: 2 }],
    ['A alone', threeBlocks, { depth: 3, training: { factors: 'A' } }],
    ['B alone', threeBlocks, { depth: 2, training: { factors: 'B' } }],
    ['bottlenecks', twoBottlenecks, { depth: 2 }],
  ] as const)('%s comes back from a device that received a whole start', (_, start, plan) => {
    const factors = 'training' in plan ? plan.training.factors : 'both';
    const message = encodeWholeStart({ adapter: start, merged: undefined }, codec);
    const { adapter: received } = decodeWholeStart(message, 'down');
    const { bytes, residual } = encodeTrained(
      received,
      train(received, plan.depth, factors),
      plan,
      codec,
      none,
    );
    const got = decodeTrained(start, bytes, plan, 'up');
    // With f32, the values; otherwise the coordinator's exact ones and a difference of 0.01, rounded.
    expect(worst(got, train(start, plan.depth, factors))).toBeLessThan(codec === 'f32' ? 1e-7 : 1e-4);
    expect(residual.size === 0).toBe(codec === 'f32');
  });
});

test('an update of other blocks than planned is refused', () => {
  const { bytes } = encodeTrained(threeBlocks, train(threeBlocks, 2), { depth: 2 }, 'int8', none);
  expect(() => decodeTrained(threeBlocks, bytes, { depth: 3 }, 'up')).toThrow(
    expect.objectContaining({ code: 'wire-tensor-missing' }),
  );
  expect(() => decodeTrained(threeBlocks, bytes, { depth: 1 }, 'up')).toThrow(
    expect.objectContaining({ code: 'wire-tensor-extra' }),
  );
});
