import { namedTensors } from '@legend-fl/adapter';
import { InputError } from '@legend-fl/base';
import { describe, expect, it } from 'vitest';
import { loraAdapter } from '../testing/lora-adapter.ts';
import { moveWithMomentum, readVelocity, type Velocity, writeVelocity } from './server-momentum.ts';

const A = 'blocks.1.query.lora_A';
const valuesOf = (adapter: ReturnType<typeof loraAdapter>, name: string) => [
  ...(namedTensors(adapter).get(name)?.data ?? []),
];
const rest: Velocity = new Map();

describe('momentum at the server', () => {
  it('takes the average itself in the first round, and goes on in its direction afterwards', () => {
    const start = loraAdapter({ a: [[1, 2]], b: [[0]] });
    const first = moveWithMomentum(start, loraAdapter({ a: [[2, 4]], b: [[0]] }), rest, 0.5);
    expect(valuesOf(first.adapter, A)).toEqual([2, 4]);
    // Averages 2 → 3 and 4 → 3: v = 0.5·1 + 1 and 0.5·2 - 1.
    const second = moveWithMomentum(
      first.adapter,
      loraAdapter({ a: [[3, 3]], b: [[0]] }),
      first.velocity,
      0.5,
    );
    expect(valuesOf(second.adapter, A)).toEqual([3.5, 4]);
    expect([...(second.velocity.get(A) ?? [])]).toEqual([1.5, 0]);
  });

  it('leaves what nobody trained where it is, and remembers how it moved', () => {
    const start = loraAdapter({ a: [[1, 2]], b: [[5]] });
    const first = moveWithMomentum(start, loraAdapter({ a: [[2, 3]], b: [[6]] }), rest, 0.5);
    const kept = first.adapter;
    // Of A one value moves; the last block's B is the global tensor itself.
    const average = { ...kept, blocks: loraAdapter({ a: [[2, 4]], b: [[6]] }).blocks };
    const second = moveWithMomentum(kept, average, first.velocity, 0.5);
    expect(valuesOf(second.adapter, A)).toEqual([2, 4.5]);
    expect([...(second.velocity.get(A) ?? [])]).toEqual([1, 1.5]);
    expect(second.adapter.head).toEqual(kept.head);
    expect(valuesOf(second.adapter, 'blocks.1.query.lora_B')).toEqual([6]);
  });

  it('leaves its arguments as they were', () => {
    const start = loraAdapter({ a: [[1, 2]], b: [[0]] });
    const velocity: Velocity = new Map([[A, Float32Array.of(1, 1)]]);
    const before = structuredClone({ start, velocity });
    moveWithMomentum(start, loraAdapter({ a: [[2, 4]], b: [[1]] }), velocity, 0.9);
    expect({ start, velocity }).toEqual(before);
  });

  it('passes through JSON to the bit', () => {
    const values = Float32Array.from(
      { length: 20_000 },
      (_, index) => Math.sin(index) * 10 ** ((index % 60) - 30),
    );
    const adapter = loraAdapter({ a: [[...values]], b: [[0]] });
    const memory = JSON.parse(JSON.stringify(writeVelocity(new Map([[A, values]]))));
    expect(readVelocity(memory, adapter)).toEqual(new Map([[A, values]]));
    expect(readVelocity(null, adapter)).toEqual(rest);
  });

  it.each([
    { [A]: [1, 2] },
    { [A]: 'not base64!' },
    { [A]: 'AAAA' },
    { [A]: writeVelocity(new Map([['x', Float32Array.of(1)]])) },
    { other: 'AAAAAA==' },
    [1],
  ])('refuses a memory that does not fit: %j', (memory) => {
    const read = () => readVelocity(memory, loraAdapter({ a: [[1, 2]], b: [[0]] }));
    expect(read).toThrow(InputError);
    expect(read).toThrow(/a velocity for each value/);
  });
});
