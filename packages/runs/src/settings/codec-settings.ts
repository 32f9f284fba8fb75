import { codecNames } from '@legend-fl/adapter';
import { z } from 'zod';

const codecName = z.enum(codecNames);

/**
 * How messages encode values in each direction; one name stands for both. Float32 updates contain the trained values
 * themselves, so after a coarser message down they would carry its rounding into the global adapter.
 */
export const codecSchema = z
  .union([
    codecName,
    z
      .strictObject({ up: codecName, down: codecName })
      .refine(({ up, down }) => up !== 'f32' || down === 'f32', {
        error: 'with up: f32, down: f32 too',
      }),
  ])
  .transform((codec) => (typeof codec === 'string' ? { up: codec, down: codec } : codec));

export type CodecSettings = z.output<typeof codecSchema>;
