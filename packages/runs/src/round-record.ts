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
  /** What the device sent and received. Lines of earlier versions lack this key and the following ones. */
  bytesUp: count.exactOptional(),
  bytesDown: count.exactOptional(),
  /** What the device could do in this round. */
  capacity: capacitySchema.exactOptional(),
  /** Why the device's update doesn't count; of a device that vanished before its end, its seconds are those until then. */
  dropped: z.string().exactOptional(),
  /** Its update was accepted, and then left out of the sum for the reason in `dropped`. */
  leftOut: z.literal(true).exactOptional(),
  /** Least share of its change that was added, of an update that was clipped. */
  clipped: z.number().min(0).max(1).exactOptional(),
  /** How far it moved each block, from block 1, and the head, as added: root mean squares; null of a block not trained. */
  norms: z
    .object({ blocks: z.array(z.number().nonnegative().nullable()), head: z.number().nonnegative() })
    .exactOptional(),
  /** Seconds that its part should have taken by its own measurements. */
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
  /** Which try of the round this was, of rounds of real devices. */
  attempt: z.number().int().positive().exactOptional(),
  /** Of the strategy's file as it was then, for a strategy from a file. */
  strategySha256: z.string().exactOptional(),
  /** The devices that took part. */
  devices: z.array(deviceRecordSchema),
});

export type RoundRecord = z.output<typeof roundRecordSchema>;
export type DeviceRecord = z.output<typeof deviceRecordSchema>;
