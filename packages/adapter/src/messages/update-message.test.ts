import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Adapter, mapTensors, namedTensors, restrictToDepth, type Tensor } from '../adapter.ts';
import { refusalOf } from '../testing/message-parts.ts';
import { sampleAdapter } from '../testing/sample-adapter.ts';
import { decodeUpdate } from './decode-update.ts';
import { encodeUpdate, type Residual } from './encode-update.ts';

const start = sampleAdapter({ seed: 1, bottleneckWidth: 4 });
const trained = moved(start, 2, 1e-3);
const QUERY_A = 'blocks.2.attention.self.query.lora_A';

/** The adapter after a step of at most `size` in every value. */
function moved(adapter: Adapter, seed: number, size: number): Adapter {
  const steps = namedTensors(sampleAdapter({ seed, scale: size, bottleneckWidth: 4 }));
  return mapTensors(adapter, (name, { dims, data }) => ({
    dims,
    data: data.map((value, index) => value + (steps.get(name)?.data[index] ?? 0)),
  }));
}

function plus(left: Adapter, right: Adapter): Adapter {
  const others = namedTensors(right);
  return mapTensors(left, (name, { dims, data }) => ({
    dims,
    data: data.map((value, index) => value + (others.get(name)?.data[index] ?? Number.NaN)),
  }));
}

/** The float32 bits of every value. */
function bitsOf(adapter: Adapter): number[][] {
  return Array.from(namedTensors(adapter).values(), ({ data }) => [
    ...new Uint32Array(data.buffer, data.byteOffset, data.length),
  ]);
}

/** max |left - right| over all values of the named tensors. */
function distance(left: ReadonlyMap<string, Tensor>, right: ReadonlyMap<string, Tensor>): number {
  let largest = 0;
  for (const [name, { data }] of left) {
    for (const [index, value] of data.entries()) {
      largest = Math.max(largest, Math.abs(value - (right.get(name)?.data[index] ?? Number.NaN)));
    }
  }
  return largest;
}

describe('an update on its way up', () => {
  test('arrives bit for bit as f32, whatever the values', () => {
    const value = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(-0, 2 ** -149, 1 + 2 ** -23),
    );
    const adapterOf = (values: readonly number[]): Adapter => ({
      blocks: [],
      head: new Map([['bias', { dims: [4], data: Float32Array.from(values) }]]),
    });
    const four = fc.array(value, { minLength: 4, maxLength: 4 }).map(adapterOf);
    fc.assert(
      fc.property(four, four, (from, to) => {
        const { bytes, residual } = encodeUpdate(from, to, { codec: 'f32' });
        expect(bitsOf(decodeUpdate(from, bytes, 'a test'))).toEqual(bitsOf(to));
        expect(residual.size).toBe(0);
      }),
    );
    expect(decodeUpdate(start, encodeUpdate(start, trained, { codec: 'f32' }).bytes, 'a test')).toEqual(
      trained,
    );
  });

  test.each([
    ['f16', 1e-3 * 2 ** -11],
    ['int8', 1e-3 / 127 / 2],
  ] as const)('as %s is off by a small part of the step, not of the values', (codec, bound) => {
    const { bytes } = encodeUpdate(start, trained, { codec });
    const arrived = decodeUpdate(start, bytes, 'a test');
    const error = distance(namedTensors(trained), namedTensors(arrived));
    expect(error).toBeGreaterThan(0);
    // Plus the rounding of values near 1 to float32, twice.
    expect(error).toBeLessThanOrEqual(bound + 2 * 2 ** -24);
  });

  test.each(['f16', 'int8'] as const)('leaves behind as %s what its message does not say', (codec) => {
    const { bytes, residual } = encodeUpdate(start, trained, { codec });
    const arrived = namedTensors(decodeUpdate(start, bytes, 'a test'));
    const completed = new Map(
      [...arrived].map(([name, { dims, data }]) => [
        name,
        { dims, data: data.map((value, index) => value + (residual.get(name)?.data[index] ?? Number.NaN)) },
      ]),
    );
    expect(distance(namedTensors(trained), completed)).toBeLessThanOrEqual(2 ** -23);
  });

  test.each(['f16', 'int8'] as const)(
    'makes up for its errors as %s: the sum of what arrives stays one step from the sum of what was trained',
    (codec) => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
          // Zero starts keep float32's own rounding out of the sums.
          const zero = mapTensors(start, (_, { dims, data }) => ({ dims, data: data.map(() => 0) }));
          let residual: Residual = new Map();
          let [sumTrained, sumArrived] = [zero, zero];
          for (let round = 0; round < 30; round++) {
            const step = moved(zero, seed + round, 1e-3);
            const sent = encodeUpdate(zero, step, { codec, residual });
            residual = sent.residual;
            sumTrained = plus(sumTrained, step);
            sumArrived = plus(sumArrived, decodeUpdate(zero, sent.bytes, 'a test'));
          }
          // A step: 2·(half a scale), for values of up to 1e-3 plus the residual; then the sums' own rounding.
          const step = codec === 'int8' ? (1e-3 * 1.01) / 127 : 1e-3 * 2 ** -10;
          const error = distance(namedTensors(sumTrained), namedTensors(sumArrived));
          expect(error).toBeLessThanOrEqual(step / 2 + 60 * 0.03 * 2 ** -24);
        }),
        { numRuns: 20 },
      );
    },
  );

  test('keeps sending a change too small for one message until it has arrived', () => {
    const of = (large: number, small: number): Adapter => ({
      blocks: [],
      head: new Map([['bias', { dims: [2], data: Float32Array.of(large, small) }]]),
    });
    const [zero, step] = [of(0, 0), of(1, 1e-3)];
    let residual: Residual = new Map();
    let arrived = 0;
    for (let round = 0; round < 100; round++) {
      const sent = encodeUpdate(zero, step, { codec: 'int8', residual });
      residual = sent.residual;
      arrived += decodeUpdate(zero, sent.bytes, 'a test').head.get('bias')?.data[1] ?? Number.NaN;
    }
    expect(Math.abs(arrived - 100 * 1e-3)).toBeLessThanOrEqual(0.51 / 127);
    const withoutFeedback = decodeUpdate(zero, encodeUpdate(zero, step, { codec: 'int8' }).bytes, 'a test');
    expect(withoutFeedback.head.get('bias')?.data[1]).toBe(0);
  });

  test('keeps the residual of what it does not train, drops one that no longer fits', () => {
    const all = encodeUpdate(start, trained, { codec: 'int8' }).residual;
    expect([...all.keys()].sort()).toEqual([...namedTensors(start).keys()].sort());

    const [upperStart, upperTrained] = [restrictToDepth(start, 1), restrictToDepth(trained, 1)];
    const upper = encodeUpdate(upperStart, upperTrained, { codec: 'int8', residual: all }).residual;
    for (const [name, tensor] of all) {
      if (name.startsWith('blocks.1.')) expect(upper.get(name)).toBe(tensor);
      else expect(upper.get(name)).not.toBe(tensor);
    }

    const other = new Map(all).set(QUERY_A, { dims: [9, 20], data: new Float32Array(180).fill(1) });
    const [fitting, dropped] = [
      new Map(all),
      encodeUpdate(start, trained, { codec: 'int8', residual: other }),
    ];
    fitting.delete(QUERY_A);
    expect(dropped).toEqual(encodeUpdate(start, trained, { codec: 'int8', residual: fitting }));
  });

  test.each(['A', 'B'] as const)('brings only factor %s and leaves the residual of the other', (factors) => {
    const residual = encodeUpdate(start, trained, { codec: 'int8' }).residual;
    const sent = encodeUpdate(start, trained, { codec: 'int8', factors, residual });
    const arrived = namedTensors(decodeUpdate(start, sent.bytes, 'a test', { factors }));
    const untouched = factors === 'A' ? '.lora_B' : '.lora_A';
    for (const [name, tensor] of namedTensors(start)) {
      const stays = name.endsWith(untouched);
      expect(arrived.get(name) === tensor).toBe(stays);
      expect(sent.residual.get(name) === residual.get(name)).toBe(stays);
    }
    expect(refusalOf(() => decodeUpdate(start, sent.bytes, 'a test'))).toBe('wire-tensor-missing');
    const whole = encodeUpdate(start, trained, { codec: 'int8' }).bytes;
    expect(refusalOf(() => decodeUpdate(start, whole, 'a test', { factors }))).toBe('wire-tensor-extra');
  });

  test('is not made of adapters of different shapes', () => {
    const narrower = sampleAdapter({ seed: 1, rank: 2, bottleneckWidth: 4 });
    expect(() => encodeUpdate(start, narrower, { codec: 'f32' })).toThrow(RangeError);
    expect(() => encodeUpdate(start, restrictToDepth(start, 1), { codec: 'f32' })).toThrow(RangeError);
    expect(() => encodeUpdate(restrictToDepth(start, 1), start, { codec: 'f32' })).toThrow(RangeError);
  });
});
