import { describe, expect, test } from 'vitest';
import { type Adapter, namedTensors, restrictToDepth, type Tensor } from '../adapter.ts';
import { type MessageParts, putTogether, refusalOf, takeApart } from '../testing/message-parts.ts';
import { sampleAdapter } from '../testing/sample-adapter.ts';
import { codecNames } from './codec.ts';
import { decodeAdapter } from './decode-adapter.ts';
import { encodeAdapter } from './encode-adapter.ts';
import { encodeUpdate } from './encode-update.ts';

const adapter = sampleAdapter({ seed: 1, bottleneckWidth: 4 });

function largestError(left: Adapter, right: Adapter): number {
  const others = namedTensors(right);
  let largest = 0;
  for (const [name, { data }] of namedTensors(left)) {
    const other = others.get(name)?.data ?? new Float32Array();
    expect(other.length).toBe(data.length);
    for (const [index, value] of data.entries()) {
      largest = Math.max(largest, Math.abs(value - (other[index] ?? Number.NaN)));
    }
  }
  return largest;
}

describe('an adapter on its way down', () => {
  test('arrives bit for bit as f32, bottlenecks, alphas and empty blocks included', () => {
    for (const part of [adapter, restrictToDepth(adapter, 1), sampleAdapter({ seed: 2, rank: 1 })]) {
      expect(decodeAdapter(encodeAdapter(part, { codec: 'f32' }), 'a test')).toEqual(part);
    }
  });

  test('keeps -0 and the smallest values as f32', () => {
    const head = new Map([['bias', { dims: [3], data: Float32Array.of(-0, 2 ** -149, -(2 ** -149)) }]]);
    const { head: arrived } = decodeAdapter(encodeAdapter({ blocks: [], head }, { codec: 'f32' }), 'a test');
    expect(arrived).toEqual(head);
    expect(Object.is(arrived.get('bias')?.data[0], -0)).toBe(true);
  });

  test.each([
    ['f16', 2 ** -12],
    ['int8', 0.5 / 127],
  ] as const)('arrives as %s within half a step, of the same structure', (codec, halfStep) => {
    const arrived = decodeAdapter(encodeAdapter(adapter, { codec }), 'a test');
    const error = largestError(adapter, arrived);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThanOrEqual(halfStep * 1.0001);
    expect(arrived.blocks.map((block) => [...block.keys()])).toEqual(
      adapter.blocks.map((block) => [...block.keys()]),
    );
    expect(encodeAdapter(arrived, { codec: 'f16' }).byteLength).toBe(
      encodeAdapter(adapter, { codec: 'f16' }).byteLength,
    );
  });

  test.each(codecNames)('shares no memory with its message as %s', (codec) => {
    const bytes = Buffer.from(encodeAdapter(adapter, { codec }));
    const arrived = decodeAdapter(bytes, 'a test');
    const before = [...namedTensors(arrived)].map(([, { data }]) => [...data]);
    bytes.fill(0);
    expect([...namedTensors(arrived)].map(([, { data }]) => [...data])).toEqual(before);
  });

  test.each(codecNames)('is read from the middle of a larger buffer as %s', (codec) => {
    const bytes = encodeAdapter(adapter, { codec });
    const larger = new Uint8Array(bytes.byteLength + 7).fill(0xff);
    larger.set(bytes, 3);
    const whole = decodeAdapter(bytes, 'a test');
    for (const buffer of [larger, Buffer.from(larger.buffer)]) {
      const arrived = decodeAdapter(buffer.subarray(3, 3 + bytes.byteLength), 'a test');
      expect(arrived).toEqual(whole);
    }
  });

  test.each(['A', 'B'] as const)(
    'brings factor %s and takes the other from what the device has',
    (factors) => {
      const held = sampleAdapter({ seed: 3, bottleneckWidth: 4 });
      const bytes = encodeAdapter(restrictToDepth(adapter, 1), { codec: 'f32', factors });
      const arrived = namedTensors(decodeAdapter(bytes, 'a test', { factors, held }));
      const [sent, old] = [namedTensors(adapter), namedTensors(held)];
      const isHeld = (name: string) => name.endsWith(factors === 'A' ? '.lora_B' : '.lora_A');
      const source = (name: string): Tensor | undefined => (isHeld(name) ? old : sent).get(name);
      expect([...arrived.keys()].sort()).toEqual(
        [...namedTensors(restrictToDepth(adapter, 1)).keys()].sort(),
      );
      for (const [name, tensor] of arrived) expect(tensor).toEqual(source(name));
    },
  );

  test('of one factor is refused where the other is not held, or of another rank', () => {
    const bytes = encodeAdapter(adapter, { codec: 'f32', factors: 'B' });
    const held = sampleAdapter({ seed: 3, rank: 2 });
    expect(refusalOf(() => decodeAdapter(bytes, 'a test'))).toBe('wire-tensor-missing');
    expect(refusalOf(() => decodeAdapter(bytes, 'a test', { factors: 'B', held }))).toBe('wire-shape');
    expect(refusalOf(() => decodeAdapter(bytes, 'a test', { factors: 'A', held }))).toBe('wire-tensor-extra');
    const shallow = restrictToDepth(adapter, 1);
    expect(refusalOf(() => decodeAdapter(bytes, 'a test', { factors: 'B', held: shallow }))).toBe(
      'wire-tensor-extra',
    );
  });

  test.each<[string, (parts: MessageParts) => void, string]>([
    ['another version', ({ description }) => Object.assign(description, { version: 2 }), 'wire-description'],
    [
      'an unknown codec',
      ({ description }) => Object.assign(description, { codec: 'f8' }),
      'wire-description',
    ],
    [
      'a codec that the dtypes are not of',
      ({ description }) => Object.assign(description, { codec: 'f16' }),
      'wire-dtype',
    ],
    ['an unknown field', ({ description }) => Object.assign(description, { extra: 1 }), 'wire-description'],
    [
      'a forged number of blocks',
      ({ description }) => Object.assign(description, { blocks: 1e9 }),
      'wire-description',
    ],
    [
      'fewer blocks than it has tensors of',
      ({ description }) => Object.assign(description, { blocks: 1 }),
      'adapter-tensors',
    ],
    ['too few alphas', ({ description }) => Object.assign(description, { alphas: [1] }), 'wire-alphas'],
    [
      'an alpha that is not a number',
      ({ description }) => Object.assign(description, { alphas: [null, 1, 1, 1] }),
      'wire-description',
    ],
    [
      'a tensor that belongs nowhere',
      ({ entries }) => Object.assign(entries, { stray: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } }),
      'adapter-tensors',
    ],
    [
      'factors of different ranks',
      ({ entries }) =>
        Object.assign(entries['blocks.1.attention.self.query.lora_A'] ?? {}, { shape: [4, 15] }),
      'wire-shape',
    ],
  ])('with %s is refused', (_, change, code) => {
    const parts = takeApart(encodeAdapter(adapter, { codec: 'f32' }));
    change(parts);
    expect(refusalOf(() => decodeAdapter(putTogether(parts), 'a test'))).toBe(code);
  });

  test('is not taken for an update, nor are other safetensors files', () => {
    const update = encodeUpdate(adapter, adapter, { codec: 'f32' }).bytes;
    expect(refusalOf(() => decodeAdapter(update, 'a test'))).toBe('wire-description');
    const plain = new Uint8Array(16).fill(0x20);
    plain.set([8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]);
    expect(refusalOf(() => decodeAdapter(plain, 'a test'))).toBe('wire-description');
  });

  test('with values that its codec cannot hold is not sent', () => {
    const of = (value: number): Adapter => ({
      blocks: [],
      head: new Map([['bias', { dims: [1], data: Float32Array.of(value) }]]),
    });
    for (const codec of codecNames) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        expect(refusalOf(() => encodeAdapter(of(value), { codec }))).toBe('wire-not-finite');
      }
    }
    expect(refusalOf(() => encodeAdapter(of(-65520), { codec: 'f16' }))).toBe('wire-overflow');
    expect(refusalOf(() => encodeAdapter(of(65519), { codec: 'f16' }))).toBe('decoded');
    expect(refusalOf(() => encodeAdapter(of(2 ** 127), { codec: 'int8' }))).toBe('wire-overflow');
    expect(refusalOf(() => encodeAdapter(of(2 ** 126), { codec: 'int8' }))).toBe('decoded');
  });
});
