import { z } from 'zod';

/**
 * A fleet file. It has either `kinds` of devices, from which a fleet of any size is drawn, or the `devices` themselves, or the
 * built-in fleet that it `extends` with its changes. Keys marked "a note" are for readers of the file; no calculation uses
 * them.
 */

const positive = z.number().positive();
const wholeAboveZero = z.number().int().positive();
const probability = z.number().nonnegative().lt(1);
const name = z.string().min(1);
const note = z.string().exactOptional();

/** How devices come and go; see `drawPresences`. */
const comingAndGoing = {
  /** Probability that a device sits out a round. */
  absence: probability,
  /** Rounds that a device stays away at a time. */
  absenceRounds: wholeAboveZero,
  /** Probability that a device vanishes in the middle of a round that it takes part in. */
  dropout: probability,
};

/** The same keys with their defaults. */
const comingAndGoingWithDefaults = {
  absence: comingAndGoing.absence.default(0),
  absenceRounds: comingAndGoing.absenceRounds.default(1),
  dropout: comingAndGoing.dropout.default(0),
};

/** How a fleet of kinds changes; see `deviceCapacities`. */
const kindsDynamics = {
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
  /** Rounds after which a device's power mode is drawn again. */
  modeRedrawRounds: wholeAboveZero,
};

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
  count: wholeAboveZero,
  /** Decimal gigabytes. */
  memoryGB: positive,
  /** A note. */
  memoryBandwidthGBps: positive.optional(),
  /** Power modes; a device is in one of them at any time. */
  modes: z.array(modeSchema).min(1),
});

export const kindsFleetSchema = z.strictObject({
  /** A note. */
  about: note,
  /** A note: where the figures come from. */
  provenance: z.record(z.string(), z.unknown()).optional(),
  ...kindsDynamics,
  ...comingAndGoingWithDefaults,
  kinds: z.array(kindSchema).min(1),
  /** A note: timings that the figures above were checked against. */
  measuredTx2SecondsPerBatch: z.unknown().optional(),
  /** A note. */
  powerWatts: z.unknown().optional(),
});

export const deviceProfileSchema = z.strictObject({
  id: name,
  /** A note: the model and batch of the figures. */
  about: note,
  /** Of one local step through one block. Taken as they are, whatever the model and the batch of the experiment. */
  forwardSecondsPerBlock: positive,
  backwardSecondsPerBlock: positive,
  uploadBytesPerSecond: positive,
  downloadBytesPerSecond: positive,
  memoryBytes: positive,
});

export const devicesFleetSchema = z.strictObject({
  /** A note. */
  about: note,
  ...comingAndGoingWithDefaults,
  devices: z.array(deviceProfileSchema).min(1),
});

/** The keys of a fleet that extends one of these built-in fleets: each replaces the built-in's. */
export function extendedFleetSchema(builtIns: readonly string[]) {
  return z
    .strictObject({ about: note, ...kindsDynamics, ...comingAndGoing })
    .partial()
    .extend({ extends: z.enum(builtIns) });
}

export type KindsFleet = z.output<typeof kindsFleetSchema>;
export type DeviceProfile = z.output<typeof deviceProfileSchema>;
export type DevicesFleet = z.output<typeof devicesFleetSchema>;
export type Fleet = KindsFleet | DevicesFleet;
