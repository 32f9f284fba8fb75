import { z } from 'zod';

/** How far a single update may move the global adapter, see `boundUpdates`; `null` in its place switches all of it off. */
export const boundsSchema = z.strictObject({
  /** A change counts up to so many times the median. Honest ones were measured at 1.8 times at most, on skewed data. */
  normMultiple: z.number().min(1).default(2),
  /** Beyond so many times the median an update is left out. */
  outlierMultiple: z.number().min(1).default(3),
  /** Of the round's examples, for one device; 1 lets everybody weigh what it claims. */
  maximumShare: z.number().gt(0).lte(1).default(0.05),
});

export type BoundsSettings = z.output<typeof boundsSchema>;
