import { z } from 'zod';
import { bounds } from './bounds.ts';
import { capacitySchema } from './enrolment.ts';
import { limits } from './limits.ts';
import {
  byteCount,
  contentHash,
  count,
  exampleCount,
  identifier,
  reportedLoss,
  reportedSeconds,
  roundNumber,
} from './names.ts';

/** `GET` and `PATCH /v1/uploads/{sha256}`: how much of an upload the coordinator holds. */
export const uploadStateSchema = z.object({
  /** Bytes held, from the first on. */
  offset: byteCount,
  /** Whether all of them are there and their hash is the one of the path. */
  complete: z.boolean(),
});

/** Request headers of `PATCH /v1/uploads/{sha256}`: where its body belongs, and how long the whole is. */
export const OFFSET_HEADER = 'Upload-Offset';
export const LENGTH_HEADER = 'Upload-Length';

/** What a device scored on its own held-out examples. */
export const scoreSchema = z.strictObject({
  examples: exampleCount,
  correct: count.max(bounds.examples),
  /** Mean cross-entropy. */
  loss: reportedLoss,
});

/** `POST /v1/updates`: hands in an upload that is complete, as the device's update of a round. */
export const updateSchema = z.strictObject({
  run: identifier,
  round: roundNumber,
  attempt: z.int().positive(),
  /** Of the uploaded message. */
  sha256: contentHash,
  /** Training examples that the device holds: the update's weight. */
  examples: exampleCount,
  /** Mean training loss of the local steps. */
  loss: reportedLoss,
  /** As measured in this round. */
  capacity: capacitySchema,
  /** Received for this round, by the device's own count; the coordinator goes by what it sent itself. */
  bytesDown: byteCount.max(bounds.bytes),
  /** Where the device's time went. */
  times: z.strictObject({
    download: reportedSeconds,
    forward: reportedSeconds,
    backward: reportedSeconds,
    upload: reportedSeconds,
  }),
});
export type UpdateReport = z.output<typeof updateSchema>;

/** `repeated`: the very same update had been accepted before; it counts once. */
export const acceptedSchema = z.object({ status: z.enum(['accepted', 'repeated']) });

/** `POST /v1/scores` */
export const scoreReportSchema = z.strictObject({
  run: identifier,
  round: roundNumber,
  attempt: z.int().positive(),
  /** null of a device that holds out no examples. */
  score: scoreSchema.nullable(),
});

/** `POST /v1/heartbeat` */
export const heartbeatSchema = z.strictObject({
  run: identifier,
  activity: z.enum(['idle', 'downloading', 'training', 'uploading', 'evaluating', 'paused']),
  /** Of the assignment at hand. */
  round: roundNumber.nullable(),
  step: count.max(bounds.steps),
  steps: count.max(bounds.steps),
  /** Of the last step. */
  loss: reportedLoss.nullable(),
});
export type Heartbeat = z.output<typeof heartbeatSchema>;

export const heartbeatAnswerSchema = z.object({
  /** Whether the assignment at hand still counts; `false`: drop it and ask for another. */
  assigned: z.boolean(),
});

/** `POST /v1/leave` */
export const leaveSchema = z.strictObject({ run: identifier, reason: z.string().max(limits.reasonLength) });
