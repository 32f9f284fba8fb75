import { z } from 'zod';

/**
 * A fleet file. Either `kinds` of devices, from which a fleet of any size is drawn, or the `devices` themselves.
 * Keys marked "a note" are kept for the reader of the file and enter no calculation.
 */

const positive = z.number().positive();
const name = z.string().min(1);

const modeSchema = z.strictObject({
  mode: name,
  fp32Tflops: positive,
  /** A note. */
  fp16Tflops: positive.optional(),
  /** A note. */
  gpuMHz: positive.optional(),
});

const kindSchema = z.strictObject({
  kind: name,
  /** Devices of this kind in the fleet as it is; other sizes keep the proportions. */
  count: z.number().int().positive(),
  /** Decimal gigabytes. */
  memoryGB: positive,
  /** A note. */
  memoryBandwidthGBps: positive.optional(),
  /** Power modes, one of which a device is in at any time. */
  modes: z.array(modeSchema).min(1),
});

export const kindsFleetSchema = z.strictObject({
  /** A note. */
  about: z.string().optional(),
  /** A note: where the figures come from. */
  provenance: z.record(z.string(), z.unknown()).optional(),
  /** A device's sustained fp32 throughput as a share of its mode's peak. */
  utilisation: positive.max(1),
  bandwidthMbps: z
    .strictObject({
      /** Megabits per second. */
      min: positive,
      max: positive,
      /** Distances from the access point; each device stands at one of them. */
      distancesMetres: z.array(z.number().nonnegative()).min(1),
    })
    .refine(({ min, max }) => min <= max, { error: 'max to be at least min' }),
  /** Rounds after which every device's power mode is drawn again. */
  modeRedrawRounds: z.number().int().positive(),
  /** Probability that a device sits out a round. */
  absence: z.number().nonnegative().lt(1).default(0),
  kinds: z.array(kindSchema).min(1),
  /** A note: timings that the figures above were checked against. */
  measuredTx2SecondsPerBatch: z.unknown().optional(),
  /** A note. */
  powerWatts: z.unknown().optional(),
});

const deviceSchema = z.strictObject({
  id: name,
  /** Of one local step through one block. */
  forwardSecondsPerBlock: positive,
  backwardSecondsPerBlock: positive,
  uploadBytesPerSecond: positive,
  downloadBytesPerSecond: positive,
  memoryBytes: positive,
});

export const devicesFleetSchema = z.strictObject({
  /** A note. */
  about: z.string().optional(),
  /** Probability that a device sits out a round. */
  absence: z.number().nonnegative().lt(1).default(0),
  devices: z.array(deviceSchema).min(1),
});

export type KindsFleet = z.output<typeof kindsFleetSchema>;
export type DevicesFleet = z.output<typeof devicesFleetSchema>;
export type Fleet = KindsFleet | DevicesFleet;
