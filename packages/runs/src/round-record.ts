import { z } from 'zod';

/** One line of `rounds.jsonl`. Objects keep keys that are not listed here. Seconds are virtual. */

const seconds = z.number().nonnegative();
const count = z.number().int().nonnegative();

const capacitySchema = z.looseObject({
  forwardSecondsPerBlock: seconds,
  backwardSecondsPerBlock: seconds,
  uploadSecondsPerByte: seconds,
  downloadSecondsPerByte: seconds,
  memoryBytes: z.number().nonnegative(),
});

const deviceRecordSchema = z.looseObject({
  id: z.string(),
  /** Number of blocks trained, those nearest the output. */
  depth: count,
  /** Rank of each of them, ascending by block. */
  ranks: z.array(count),
  /** The device's completion time: the sum of the four below. */
  seconds,
  forwardSeconds: seconds,
  backwardSeconds: seconds,
  uploadSeconds: seconds,
  downloadSeconds: seconds,
  /** Training examples that the device holds: its weight in averages. */
  examples: count,
  /** Bytes that the device sent and received. Lines of earlier versions lack this key and the following ones. */
  bytesUp: count.exactOptional(),
  bytesDown: count.exactOptional(),
  /** The device's capacity in this round. */
  capacity: capacitySchema.exactOptional(),
  /** Why the device's update does not count. If the device vanished, its seconds end there. */
  dropped: z.string().exactOptional(),
  /** Its update was accepted, but left out of the sum for the reason in `dropped`. */
  leftOut: z.literal(true).exactOptional(),
  /** Of a clipped update: the smallest share of its change that was added. */
  clipped: z.number().min(0).max(1).exactOptional(),
  /** Root mean square change, as added, of each block from block 1 and of the head; null for blocks that it did not train. */
  norms: z
    .object({ blocks: z.array(z.number().nonnegative().nullable()), head: z.number().nonnegative() })
    .exactOptional(),
  /** Seconds that its work should have taken by its own measurements. */
  claimedSeconds: seconds.exactOptional(),
  /** How a simulated device lied. */
  attack: z.string().exactOptional(),
});

export const roundRecordSchema = z.looseObject({
  /** From 1. */
  round: z.number().int().positive(),
  /** Clock at the end of the round. */
  virtualSeconds: seconds,
  /** Completion time of the slowest device. */
  roundSeconds: seconds,
  /** Mean over devices of the round time less the device's own completion time. */
  waitingSeconds: seconds,
  /** Of the global adapter on the test examples; null in a round without evaluation. */
  accuracy: z.number().min(0).max(1).nullable(),
  loss: z.number().nullable(),
  /** Of this round, all devices together. */
  bytesUp: count,
  bytesDown: count,
  /** Rank of each block, from block 1. */
  rankDistribution: z.array(count),
  /** Of rounds of real devices: when devices were assigned, and when the round closed, in milliseconds since 1970. */
  assignedAt: z.number().exactOptional(),
  closedAt: z.number().exactOptional(),
  /** Of rounds of real devices: the number of this attempt. */
  attempt: z.number().int().positive().exactOptional(),
  /** For a strategy from a file: hash of the file in this round. */
  strategySha256: z.string().exactOptional(),
  /** The devices that took part. */
  devices: z.array(deviceRecordSchema),
});

export type RoundRecord = z.output<typeof roundRecordSchema>;
export type DeviceRecord = z.output<typeof deviceRecordSchema>;
