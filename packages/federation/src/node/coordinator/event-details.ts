import { z } from 'zod';
import { contentHash, count, exampleCount, seconds } from '../../protocol/names.ts';

/** What is stored with events besides what decides the round. */

/** With `update-received`. */
export const updateDetails = z.object({
  /** Mean training loss of the local steps. */
  loss: z.number(),
  times: z.object({ download: seconds, forward: seconds, backward: seconds, upload: seconds }),
});
export type UpdateDetails = z.output<typeof updateDetails>;

/** With `aggregated`. */
export const aggregatedDetails = z.object({
  globalSha256: contentHash,
});

const scoreFigures = z.object({
  accuracy: z.number().min(0).max(1),
  loss: z.number(),
});

/** With `evaluated`: what was scored, apart from the figures that the round goes by. */
export const evaluatedDetails = z.object({
  /** On the coordinator's held-out examples; null where it has none. */
  coordinator: scoreFigures.nullable(),
  /** Of the devices that answered, weighted by their examples; null where none did. */
  devices: scoreFigures.extend({ examples: exampleCount, devices: count }).nullable(),
});
export type EvaluatedDetails = z.output<typeof evaluatedDetails>;
