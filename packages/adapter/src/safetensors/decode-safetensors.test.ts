import { InputError } from '@legend-fl/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors } from './decode-safetensors.ts';
import { encodeSafetensors } from './encode-safetensors.ts';

const tensorArbitrary = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })
  .chain((dims) =>
    fc
      .array(fc.float(), { minLength: product(dims), maxLength: product(dims) })
      .map((values) => ({ dims, data: Float32Array.from(values) })),
  );
const nameArbitrary = fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__');
const tensorsArbitrary = fc
  .array(fc.tuple(nameArbitrary, tensorArbitrary), { maxLength: 5 })
  .map((entries) => new Map(entries));

/** A file with this header and as many zero bytes after it. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.byteLength + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.byteLength), true);
  bytes.set(json, 8);
  return bytes;
}

function product(dims: readonly number[]): number {
  return dims.reduce((left, right) => left * right, 1);
}

function codeOf(bytes: Uint8Array): string {
  try {
    decodeSafetensors(bytes, 'a test');
  } catch (error) {
    if (error instanceof InputError) return error.code;
    throw error;
  }
  return 'decoded';
}

describe('decodeSafetensors', () => {
  test('gives back what encodeSafetensors took', () => {
    fc.assert(
      fc.property(tensorsArbitrary, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
        const decoded = decodeSafetensors(encodeSafetensors({ tensors, metadata }), 'a test');
        expect(decoded.tensors).toEqual(tensors);
        expect(Object.fromEntries(decoded.metadata)).toEqual({ ...metadata });
      }),
    );
  });

  test('refuses every shorter file', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([['a', { dims: [2, 2], data: new Float32Array(4) }]]),
    });
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(bytes.subarray(0, length))).toBe('safetensors-truncated');
    }
  });

  test('shares nothing with the bytes, be they a Buffer', () => {
    const bytes = Buffer.from(
      encodeSafetensors({ tensors: new Map([['a', { dims: [2], data: Float32Array.of(1, 2) }]]) }),
    );
    const { tensors } = decodeSafetensors(bytes, 'test');
    bytes.fill(0);
    expect(tensors.get('a')?.data).toEqual(Float32Array.of(1, 2));
  });

  test('refuses changed bytes with an InputError or decodes them, and nothing else', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([
        ['a', { dims: [2, 2], data: new Float32Array(4) }],
        ['b', { dims: [3], data: new Float32Array(3) }],
      ]),
      metadata: { format: 'pt' },
    });
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      byte: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = bytes.slice();
        for (const { at, byte } of changes) changed[at] = byte;
        codeOf(changed);
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses a header that claims more than the file or than any header may have', () => {
    const bytes = fileOf({}, 0);
    new DataView(bytes.buffer).setBigUint64(0, 11n, true);
    expect(codeOf(bytes)).toBe('safetensors-truncated');
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);
    expect(codeOf(bytes)).toBe('safetensors-header-too-long');
  });

  test.each([
    ['text that is not JSON', '{"a":', 'safetensors-header-invalid'],
    ['an array', '[]', 'safetensors-header-invalid'],
    ['an entry without a dtype', { a: { shape: [1], data_offsets: [0, 4] } }, 'safetensors-header-invalid'],
    [
      'a negative dim',
      { a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } },
      'safetensors-header-invalid',
    ],
    [
      'a fractional offset',
      { a: { dtype: 'F32', shape: [1], data_offsets: [0.5, 4.5] } },
      'safetensors-header-invalid',
    ],
    [
      'metadata that is not text',
      { __metadata__: { a: 1 }, a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } },
      'safetensors-header-invalid',
    ],
    [
      'an unknown dtype',
      { a: { dtype: 'F31', shape: [1], data_offsets: [0, 4] } },
      'safetensors-dtype-unknown',
    ],
    [
      'a type that is not a float',
      { a: { dtype: 'I32', shape: [1], data_offsets: [0, 4] } },
      'safetensors-dtype-unsupported',
    ],
    [
      'offsets that do not fit the shape',
      { a: { dtype: 'F16', shape: [1], data_offsets: [0, 4] } },
      'safetensors-size-mismatch',
    ],
    [
      'offsets in reverse',
      { a: { dtype: 'F32', shape: [1], data_offsets: [4, 0] } },
      'safetensors-size-mismatch',
    ],
    [
      'a shape whose size overflows',
      { a: { dtype: 'F32', shape: [2 ** 52, 2 ** 52], data_offsets: [0, 4] } },
      'safetensors-size-mismatch',
    ],
    [
      'a tensor beyond the end',
      { a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } },
      'safetensors-truncated',
    ],
    [
      'a tensor that begins after a gap',
      { a: { dtype: 'F32', shape: [0], data_offsets: [4, 4] } },
      'safetensors-offsets-invalid',
    ],
    ['bytes that belong to no tensor', {}, 'safetensors-offsets-invalid'],
    [
      'two tensors on the same bytes',
      {
        a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
        b: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
      },
      'safetensors-offsets-invalid',
    ],
  ])('refuses %s', (_, header, code) => {
    expect(codeOf(fileOf(header, 4))).toBe(code);
  });

  test('refuses a name that the header gives twice', () => {
    const entry = (begin: number) => `"a":{"dtype":"F32","shape":[1],"data_offsets":[${begin},${begin + 4}]}`;
    expect(codeOf(fileOf(`{${entry(0)},${entry(4)}}`, 8))).toBe('safetensors-offsets-invalid');
  });

  test('complains of a shape of many wrong values once', () => {
    const shape = Array.from({ length: 100_000 }, () => 'x');
    const bytes = fileOf({ a: { dtype: 'F32', shape, data_offsets: [0, 0] } }, 0);
    expect(() => decodeSafetensors(bytes, 'a test')).toThrow(
      expect.objectContaining({
        code: 'safetensors-header-invalid',
        cause: expect.objectContaining({ issues: [expect.objectContaining({ code: 'too_big' })] }),
      }),
    );
  });

  test('says what is wrong, where, and what to do', () => {
    const bytes = fileOf({ a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 4] } }, 4);
    expect(() => decodeSafetensors(bytes, 'update of device 7')).toThrow(
      'update of device 7: expected 24 bytes for tensor a of dtype F32 and shape [2,3], got offsets 0 to 4. ' +
        'Download or copy the file again.',
    );
  });
});

describe('encodeSafetensors', () => {
  test('aligns the data to 8 bytes', () => {
    const bytes = encodeSafetensors({ tensors: new Map([['odd', { dims: [], data: new Float32Array(1) }]]) });
    expect((bytes.length - 4) % 8).toBe(0);
  });

  test('encodes a view of a larger array by its own elements', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const { tensors } = decodeSafetensors(
      encodeSafetensors({ tensors: new Map([['a', { dims: [2], data }]]) }),
      'a test',
    );
    expect(tensors.get('a')?.data).toEqual(Float32Array.of(2, 3));
  });

  test('refuses data that does not fit its dims', () => {
    const tensors = new Map([['a', { dims: [2, 2], data: new Float32Array(3) }]]);
    expect(() => encodeSafetensors({ tensors })).toThrow('Tensor a has dims [2,2] but 3 elements');
  });
});
