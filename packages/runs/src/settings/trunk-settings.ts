import { z } from 'zod';

/**
 * The weights that a device computes with below its depth: the base alone, or with the lower blocks of a global adapter that is
 * at most `refreshRounds` rounds old (1: always the current one). A name alone means `refreshRounds` 1.
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

/** A device's cache of the trunk's activations for its examples, as many as fit. */
export const trunkCacheSchema = z.strictObject({
  /** Decimal megabytes on every device. */
  megabytes: z.number().positive().default(256),
  /** Element type; f16 halves the space of an example. */
  type: z.enum(['f32', 'f16']).default('f32'),
});

export type TrunkSettings = z.output<typeof trunkSchema>;

/** Whether devices get the global adapter's lower blocks anew in this round, from 1. */
export function isTrunkDue({ kind, refreshRounds }: TrunkSettings, round: number): boolean {
  return kind === 'global' && (round - 1) % refreshRounds === 0;
}

export type TrunkCacheRule = z.output<typeof trunkCacheSchema>;
