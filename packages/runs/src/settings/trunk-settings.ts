import { z } from 'zod';

/**
 * What a device computes below its depth: the base weights, or with the global adapter's lower blocks applied, those
 * of `refreshRounds` rounds ago at most (1: always the present ones). A name alone stands for no more than that.
 */
export const trunkSchema = z
  .union([
    z.enum(['base', 'global']),
    z.strictObject({
      kind: z.enum(['base', 'global']),
      refreshRounds: z.int().positive().default(1),
    }),
  ])
  .transform((trunk) => (typeof trunk === 'string' ? { kind: trunk, refreshRounds: 1 } : trunk));

/** A device keeps the trunk's activations of its examples, as many as fit. */
export const trunkCacheSchema = z.strictObject({
  /** Decimal megabytes on every device. */
  megabytes: z.number().positive().default(256),
  /** Element type; f16 halves what an example takes. */
  type: z.enum(['f32', 'f16']).default('f32'),
});

export type TrunkSettings = z.output<typeof trunkSchema>;

/** Whether devices get the global adapter's lower blocks anew in this round, from 1. */
export function isTrunkDue({ kind, refreshRounds }: TrunkSettings, round: number): boolean {
  return kind === 'global' && (round - 1) % refreshRounds === 0;
}

export type TrunkCacheRule = z.output<typeof trunkCacheSchema>;
