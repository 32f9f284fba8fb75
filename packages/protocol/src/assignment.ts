import { z } from 'zod';
import { byteCount, contentHash, count, identifier, roundNumber, seconds } from './names.ts';

/** A blob that the coordinator offers: `GET /v1/blobs/{sha256}`, immutable, in ranges. */
export const blobSchema = z.object({ sha256: contentHash, bytes: byteCount });

const place = { run: identifier, round: roundNumber, attempt: z.int().positive() };

/** One device's part of a plan, as `DevicePlan` of the method has it. */
export const devicePlanSchema = z.object({
  id: identifier,
  depth: z.int().positive(),
  ranks: z.array(count),
  trunk: z.enum(['base', 'global']),
  seconds,
  memoryBytes: z.number().nonnegative(),
  bytesUp: z.number().nonnegative(),
  bytesDown: z.number().nonnegative(),
  received: z.enum(['both', 'A', 'B', 'head']).exactOptional(),
  training: z
    .object({
      factors: z.enum(['both', 'A', 'B']).exactOptional(),
      tailPenalty: z.object({ weight: z.number(), keptShare: z.number() }).exactOptional(),
      quantizedBlocks: count.exactOptional(),
    })
    .exactOptional(),
});

export const codecSchema = z.enum(['f32', 'f16', 'int8']);

/** How a device trains, from the run's settings. */
export const localTrainingSchema = z.object({
  batchSize: z.int().positive(),
  maxLength: z.int().positive(),
  optimizer: z.enum(['adamw', 'sgd']),
  learningRate: z.number(),
  weightDecay: z.number(),
  maxGradNorm: z.number(),
  warmupRounds: count,
  schedule: z.enum(['constant', 'linear']),
  /** τ of the run's settings; the schedule counts in it. */
  steps: z.int().positive(),
});

export const trainAssignmentSchema = z.object({
  kind: z.literal('train'),
  ...place,
  strategy: z.string(),
  /** Rounds of the run, for the learning rate's schedule. */
  rounds: z.int().positive(),
  plan: devicePlanSchema,
  /** τ of this round. */
  localSteps: z.int().positive(),
  local: localTrainingSchema,
  trunkCache: z.object({ type: z.enum(['f32', 'f16']) }).nullable(),
  codec: z.object({ up: codecSchema, down: codecSchema }),
  /** Seeds the drawing of batches, with round and device: the run's, or another one where a result of the round was not kept. */
  seed: z.int(),
  /** Until the round closes without this device. */
  secondsLeft: seconds,
  /** What the device starts from. */
  adapter: blobSchema,
  /** The last update of this device that is in the global adapter; null before the first. */
  lastCounted: z.object({ round: roundNumber, attempt: z.int().positive() }).nullable(),
});

/** Score the global adapter on the device's own held-out examples. */
export const evaluateAssignmentSchema = z.object({
  kind: z.literal('evaluate'),
  ...place,
  secondsLeft: seconds,
  adapter: blobSchema,
});

/** The run is over; the device may leave. */
export const finishedAssignmentSchema = z.object({
  kind: z.literal('finished'),
  run: identifier,
  reason: z.string(),
});

/** `GET /v1/assignment`: answers 204 where nothing has come up within the wait. */
export const assignmentSchema = z.discriminatedUnion('kind', [
  trainAssignmentSchema,
  evaluateAssignmentSchema,
  finishedAssignmentSchema,
]);

export type TrainAssignment = z.output<typeof trainAssignmentSchema>;
export type EvaluateAssignment = z.output<typeof evaluateAssignmentSchema>;
export type Assignment = z.output<typeof assignmentSchema>;
