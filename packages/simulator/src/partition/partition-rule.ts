import { z } from 'zod';

/** How examples are spread over devices; see `partition`. */
export const partitionRuleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('iid') }),
  z.strictObject({ kind: z.literal('dirichlet'), alpha: z.number().positive() }),
  z.strictObject({ kind: z.literal('natural') }),
]);

export type PartitionRule = z.output<typeof partitionRuleSchema>;
