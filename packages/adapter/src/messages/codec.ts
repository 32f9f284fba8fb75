import { CHUNK_VALUES } from './quantize-int8.ts';

/** How values are written: as float32, as binary16, or as whole numbers from -127 to 127 with a scale per chunk. */
export const codecNames = ['f32', 'f16', 'int8'] as const;

export type Codec = (typeof codecNames)[number];

/** The safetensors dtype of the tensors of a message. */
export const DTYPES = { f32: 'F32', f16: 'F16', int8: 'I8' } as const satisfies Record<Codec, string>;

/**
 * Bytes that a value is expected to take in a message, scales included: a prediction for planning. A real message
 * has a header too, about 90 bytes per tensor, and with int8 a scale for the last, shorter chunk of each tensor.
 */
export function valueBytes(codec: Codec): number {
  switch (codec) {
    case 'f32':
      return Float32Array.BYTES_PER_ELEMENT;
    case 'f16':
      return Uint16Array.BYTES_PER_ELEMENT;
    case 'int8':
      return Int8Array.BYTES_PER_ELEMENT + Float32Array.BYTES_PER_ELEMENT / CHUNK_VALUES;
  }
}
