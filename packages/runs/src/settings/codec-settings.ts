import { codecNames } from '@legend-fl/adapter';
import { z } from 'zod';

const codecName = z.enum(codecNames);

/**
 * How the values of messages are encoded, in each direction; one name stands for both. Float32 updates are the trained
 * values themselves, so they would carry the rounding of a coarser message down into the global adapter.
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
