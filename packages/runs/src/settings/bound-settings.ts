import { z } from 'zod';

/** How far a single update may move the global adapter, see `boundUpdates`; `null` in its place switches bounds off. */
export const boundsSchema = z.strictObject({
  /** A change counts up to so many times the median. Honest devices on skewed data reached at most 1.8 times. */
  normMultiple: z.number().min(1).default(2),
  /** An update beyond so many times the median is left out. */
  outlierMultiple: z.number().min(1).default(3),
  /** Largest share of the round's examples that one device may count for; 1 = no limit. */
  maximumShare: z.number().gt(0).lte(1).default(0.05),
});

export type BoundsSettings = z.output<typeof boundsSchema>;
