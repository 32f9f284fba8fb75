import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Adapter, mapTensors, namedTensors, restrictToDepth } from '../adapter.ts';
import { type MessageParts, putTogether, refusalOf, takeApart } from '../testing/message-parts.ts';
import { sampleAdapter } from '../testing/sample-adapter.ts';
import { codecNames } from './codec.ts';
import { decodeUpdate } from './decode-update.ts';
import { encodeAdapter } from './encode-adapter.ts';
import { encodeUpdate } from './encode-update.ts';

const start = sampleAdapter({ seed: 1, bottleneckWidth: 4 });
const trained = mapTensors(start, (_, { dims, data }) => ({
  dims,
  data: data.map((value) => value * 1.001),
}));
const QUERY_A = 'blocks.2.attention.self.query.lora_A';

describe('an update that arrives', () => {
  test.each<[string, (parts: MessageParts) => void, string]>([
    [
      'another shape',
      ({ entries }) => Object.assign(entries[QUERY_A] ?? {}, { shape: [20, 3] }),
      'wire-shape',
    ],
    [
      'an unknown content',
      ({ description }) => Object.assign(description, { content: 'sum' }),
      'wire-description',
    ],
    [
      'codes of a forbidden value',
      ({ data, entries }) => data.fill(0x80, entries[QUERY_A]?.data_offsets[0]),
      'wire-code',
    ],
    ['a negative scale', ({ data }) => new DataView(data.buffer).setFloat32(0, -1, true), 'wire-scale'],
    [
      'a scale that is infinite',
      ({ data }) => new DataView(data.buffer).setFloat32(0, 1 / 0, true),
      'wire-scale',
    ],
    [
      'a scale that is no number',
      ({ data }) => new DataView(data.buffer).setFloat32(0, Number.NaN, true),
      'wire-scale',
    ],
    [
      'a scale that takes values beyond float32',
      ({ data }) => new DataView(data.buffer).setFloat32(0, 3e38, true),
      'wire-not-finite',
    ],
    [
      'scales of another shape',
      ({ entries: { scale } }) => Object.assign(scale ?? {}, { shape: [1, scale?.shape[0]] }),
      'wire-scale',
    ],
    [
      'no scales',
      ({ entries }) => {
        const { scale } = entries;
        delete entries.scale;
        if (scale)
          entries['head.x'] = {
            dtype: 'I8',
            shape: scale.data_offsets.slice(1),
            data_offsets: scale.data_offsets,
          };
      },
      'wire-scale',
    ],
    [
      'one tensor as another dtype',
      ({ entries }) => Object.assign(entries[QUERY_A] ?? {}, { dtype: 'U8' }),
      'wire-dtype',
    ],
  ])('with %s is refused', (_, change, code) => {
    const parts = takeApart(encodeUpdate(start, trained, { codec: 'int8' }).bytes);
    change(parts);
    expect(refusalOf(() => decodeUpdate(start, putTogether(parts), 'a test'))).toBe(code);
  });

  test.each([
    ['f32', Float32Array.of(Number.NaN)],
    ['f16', Uint16Array.of(0x7c00)],
  ] as const)('as %s with a value that is not finite is refused', (codec, value) => {
    const parts = takeApart(encodeUpdate(start, trained, { codec }).bytes);
    parts.data.set(new Uint8Array(value.buffer));
    expect(refusalOf(() => decodeUpdate(start, putTogether(parts), 'a test'))).toBe('wire-not-finite');
  });

  test('whose sum with the start is beyond float32 is refused', () => {
    const of = (value: number): Adapter => ({
      blocks: [],
      head: new Map([['bias', { dims: [1], data: Float32Array.of(value) }]]),
    });
    const { bytes } = encodeUpdate(of(0), of(1e38), { codec: 'int8' });
    expect(refusalOf(() => decodeUpdate(of(3e38), bytes, 'a test'))).toBe('wire-not-finite');
    expect(refusalOf(() => encodeUpdate(of(-3e38), of(3e38), { codec: 'int8' }))).toBe('wire-not-finite');
  });

  test('of more or fewer blocks than planned is refused', () => {
    const { bytes } = encodeUpdate(start, trained, { codec: 'f16' });
    expect(refusalOf(() => decodeUpdate(restrictToDepth(start, 1), bytes, 'a test'))).toBe(
      'wire-tensor-extra',
    );
    const shallow = encodeUpdate(restrictToDepth(start, 1), restrictToDepth(trained, 1), {
      codec: 'f16',
    }).bytes;
    expect(refusalOf(() => decodeUpdate(start, shallow, 'a test'))).toBe('wire-tensor-missing');
    const down = encodeAdapter(start, { codec: 'f16' });
    expect(refusalOf(() => decodeUpdate(start, down, 'a test'))).toBe('wire-description');
  });

  test('that is cut short is refused', () => {
    const { bytes } = encodeUpdate(start, trained, { codec: 'int8' });
    for (let length = 0; length < bytes.length; length += 13) {
      expect(refusalOf(() => decodeUpdate(start, bytes.subarray(0, length), 'a test'))).toBe(
        'safetensors-truncated',
      );
    }
  });

  test('with a header beyond all need is refused before it is read', () => {
    const bytes = new Uint8Array(8 + 1_000_001);
    new DataView(bytes.buffer).setBigUint64(0, 1_000_001n, true);
    expect(refusalOf(() => decodeUpdate(start, bytes, 'a test'))).toBe('wire-header-too-long');
  });

  test('with changed bytes is refused with an InputError or decodes to finite values', () => {
    for (const codec of codecNames) {
      const { bytes } = encodeUpdate(restrictToDepth(start, 1), restrictToDepth(trained, 1), { codec });
      const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) });
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          const changed = bytes.slice();
          for (const { at, byte } of changes) changed[at] = byte;
          refusalOf(() => {
            const arrived = decodeUpdate(restrictToDepth(start, 1), changed, 'a test');
            for (const { data } of namedTensors(arrived).values())
              expect(data.every(Number.isFinite)).toBe(true);
          });
        }),
        { numRuns: 1000 },
      );
    }
  });
});
