import { z } from 'zod';

/** How examples are distributed over devices; see `partition`. */
export const partitionRuleSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('iid'),
    /** σ: devices' numbers of examples are in the proportions exp(σ·N(0, 1)); without it they are equal. */
    unevenness: z.number().nonnegative().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('dirichlet'), alpha: z.number().positive() }),
  z.strictObject({ kind: z.literal('natural') }),
]);

export type PartitionRule = z.output<typeof partitionRuleSchema>;
