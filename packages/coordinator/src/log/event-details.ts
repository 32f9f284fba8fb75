import { contentHash, count, reportedLoss, reportedSeconds } from '@legend-fl/protocol';
import { z } from 'zod';

/** What is stored with events besides what decides the round. */

/** How far an update moves each group of tensors, see `ChangeNorms` of the method. */
const changeNormsSchema = z.object({
  blocks: z.array(z.number().nonnegative().nullable()),
  head: z.number().nonnegative(),
});

/** What of each group's change is added. */
const changeScalesSchema = z.object({
  blocks: z.array(z.number().min(0).max(1).nullable()),
  head: z.number().min(0).max(1),
});

/** With `update-received`. */
export const updateDetails = z.object({
  /** Mean training loss of the local steps. */
  loss: reportedLoss,
  times: z.object({
    download: reportedSeconds,
    forward: reportedSeconds,
    backward: reportedSeconds,
    upload: reportedSeconds,
  }),
  /** Logs of earlier versions lack it: such an update is added as it is. */
  norms: changeNormsSchema.exactOptional(),
});
export type UpdateDetails = z.output<typeof updateDetails>;

/** With `aggregated`. */
export const aggregatedDetails = z.object({
  globalSha256: contentHash,
  /** Updates that were clipped before they were added, see `ChangeScales` of the method. */
  clipped: z.array(z.object({ deviceId: z.string(), scales: changeScalesSchema })).default([]),
});
export type AggregatedDetails = z.output<typeof aggregatedDetails>;

const scoreFigures = z.object({
  accuracy: z.number().min(0).max(1),
  loss: z.number(),
});

/** With `evaluated`: what was scored, apart from the figures that the round goes by. */
export const evaluatedDetails = z.object({
  /** On the coordinator's held-out examples; null where it has none. */
  coordinator: scoreFigures.nullable(),
  /** Of the devices that answered, see `DeviceScores`, with the examples of all of them; null where too few did. */
  devices: scoreFigures.extend({ examples: z.int().positive(), devices: count }).nullable(),
});
export type EvaluatedDetails = z.output<typeof evaluatedDetails>;
