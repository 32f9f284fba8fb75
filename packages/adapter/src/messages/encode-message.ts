import { InputError } from '@legend-fl/base';
import type { Tensor } from '../adapter.ts';
import { encodeHeader } from '../safetensors/encode-header.ts';
import { type Codec, DTYPES } from './codec.ts';
import { type Description, METADATA_KEY, SCALE_NAME } from './description.ts';
import { findBeyond } from './find-beyond.ts';
import { FLOAT16_OVERFLOW, narrowToFloat16 } from './narrow-to-float16.ts';
import { quantizeInt8 } from './quantize-int8.ts';

interface Part {
  readonly name: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint16Array | Int8Array;
}

/**
 * A message: a safetensors file with the tensors in the codec of its description. Equal content gives equal bytes.
 * Throws InputError for values that are not finite (`wire-not-finite`) or too large (`wire-overflow`): a
 * saturated value would pass for a trained one.
 */
export function encodeMessage(description: Description, tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  for (const [name, { data }] of tensors) checkValues(name, data, description.codec);
  const parts = partWriters[description.codec](tensors);
  const entries = parts.map(({ data, ...part }) => ({ ...part, byteLength: data.byteLength }));
  const header = encodeHeader(entries, { [METADATA_KEY]: JSON.stringify(description) });
  const bytes = new Uint8Array(parts.reduce((sum, { data }) => sum + data.byteLength, header.byteLength));
  bytes.set(header);
  let offset = header.byteLength;
  for (const { data } of parts) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

const partWriters: Record<Codec, (tensors: ReadonlyMap<string, Tensor>) => Part[]> = {
  f32: (tensors) =>
    Array.from(tensors, ([name, { dims, data }]) => ({ name, dtype: DTYPES.f32, dims, data })),

  f16: (tensors) =>
    Array.from(tensors, ([name, { dims, data }]) => ({
      name,
      dtype: DTYPES.f16,
      dims,
      data: narrowToFloat16(data),
    })),

  int8: (tensors) => {
    const quantized = Array.from(tensors, ([name, { dims, data }]) => ({
      name,
      dims,
      ...quantizeInt8(data),
    }));
    const scales = Float32Array.from(quantized.flatMap((tensor) => [...tensor.scales]));
    return [
      // First, where they are aligned.
      { name: SCALE_NAME, dtype: 'F32', dims: [scales.length], data: scales },
      ...quantized.map(({ name, dims, codes }) => ({ name, dtype: DTYPES.int8, dims, data: codes })),
    ];
  },
};

/** Sizes from which on a codec cannot hold a value; for int8 the scale times 127, rounded, must stay a float32. */
const overflows: Record<Codec, number> = {
  f32: Number.POSITIVE_INFINITY,
  f16: FLOAT16_OVERFLOW,
  int8: 2 ** 127,
};

function checkValues(name: string, data: Float32Array, codec: Codec): void {
  const limit = overflows[codec];
  const bad = findBeyond(data, limit);
  if (bad === undefined) return;
  const fault = { got: String(bad), where: `tensor ${name} to be sent` };
  throw new InputError(
    Number.isFinite(bad)
      ? {
          ...fault,
          code: 'wire-overflow',
          expected: `values below ${limit} in size, for ${codec}`,
          todo: 'Send it as f32.',
        }
      : {
          ...fault,
          code: 'wire-not-finite',
          expected: 'finite values',
          todo: 'Training diverged: lower the learning rate.',
        },
  );
}
