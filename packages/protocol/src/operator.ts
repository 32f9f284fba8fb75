import { z } from 'zod';
import { runtimeSchema } from './enrolment.ts';
import { byteCount, count, displayName, identifier, seconds } from './names.ts';

/** Milliseconds since 1970, by the coordinator's clock. */
const time = z.number().nonnegative();

/** `POST /v1/operator/sessions`: the operator's token for a cookie that scripts of a page cannot read. */
export const signInSchema = z.strictObject({ token: z.string().min(1).max(200) });

/** `POST /v1/operator/tokens`: lets devices in. */
export const newTokenSchema = z.strictObject({
  run: identifier,
  /** For people, e.g. who gets it. */
  label: displayName.default('devices'),
  /** Devices that it lets in; null: any number. */
  uses: z.int().positive().nullable().default(1),
  /** Seconds that it is good for; null: until it is revoked. */
  seconds: z
    .int()
    .positive()
    .nullable()
    .default(7 * 24 * 3600),
});

/** `PATCH /v1/operator/runs/{run}`; what is left out stays as it is. */
export const runChangeSchema = z.strictObject({
  name: displayName.exactOptional(),
  /** The round under way is finished; the next one is not planned until the run is resumed. */
  paused: z.boolean().exactOptional(),
});
export type RunChange = z.output<typeof runChangeSchema>;

/** `PATCH /v1/operator/devices/{device}`. */
export const deviceChangeSchema = z.strictObject({ name: displayName });

export const tokenViewSchema = z.object({
  id: identifier,
  run: identifier,
  label: z.string(),
  usesLeft: count.nullable(),
  expiresAt: time.nullable(),
  revoked: z.boolean(),
  devices: count,
  /** Of a token that let in a device which was revoked since: it lets in no more. */
  held: z.literal(true).exactOptional(),
});
export type TokenView = z.output<typeof tokenViewSchema>;

/** The only time that a token is told: of it the coordinator keeps a hash. */
export const createdTokenSchema = tokenViewSchema.extend({ token: z.string() });

/** How far a device has got. */
export const deviceStatus = z.enum([
  'idle',
  'assigned',
  'downloading',
  'training',
  'uploading',
  'evaluating',
  'paused',
  /** Its update of this round is in. */
  'updated',
  'dropped',
  /** No sign of life for a while. */
  'away',
  /** Its run is over. */
  'finished',
  'left',
  /** The operator has set it aside: it gets no work until it is released. */
  'quarantined',
  'revoked',
]);

export const deviceViewSchema = z.object({
  id: identifier,
  run: identifier,
  name: z.string(),
  runtime: runtimeSchema,
  status: deviceStatus,
  /** Of its assignment in this round; null without one. */
  depth: z.int().positive().nullable(),
  ranks: z.array(count),
  step: count,
  steps: count,
  loss: z.number().nullable(),
  /** Predicted seconds of its assignment, and when it got it. */
  plannedSeconds: seconds.nullable(),
  assignedAt: time.nullable(),
  examples: count,
  /** Updates that have counted so far. */
  updates: count,
  /** Updates that were refused, or left out of a sum. */
  refused: count,
  /** Updates whose change was clipped before it was added. */
  clipped: count,
  /** Seconds that its last counted update should have taken by the device's own figures, and that it took. */
  claimedSeconds: seconds.nullable(),
  measuredSeconds: seconds.nullable(),
  /** What it did wrong, or why it gets no work at present, in sentences; empty where nothing is wrong. */
  note: z.string(),
  lastSeenAt: time,
});
export type DeviceView = z.output<typeof deviceViewSchema>;

export const runStatus = z.enum(['waiting', 'running', 'finished', 'failed']);

export const runViewSchema = z.object({
  id: identifier,
  name: z.string(),
  strategy: z.string(),
  model: z.string(),
  blocks: z.int().positive(),
  status: runStatus,
  /** Of the round reducer; null before the first round is planned. */
  phase: z.enum(['planning', 'collecting', 'aggregating', 'evaluating', 'finished']),
  /** What a waiting run waits for, why one has ended or cannot be opened. */
  about: z.string(),
  /** What the operator should know of its settings, e.g. that two devices can infer each other's updates; empty where all is well. */
  warning: z.string(),
  round: z.int().nonnegative(),
  attempt: z.int().positive(),
  rounds: z.int().positive(),
  targetAccuracy: z.number().nullable(),
  accuracy: z.number().nullable(),
  loss: z.number().nullable(),
  /** Of the untrained adapter, on the coordinator's held-out examples; null until it is scored, and without such examples. */
  baseline: z.object({ accuracy: z.number(), loss: z.number() }).nullable(),
  /** The operator has paused it: no further round is planned until it is resumed. */
  paused: z.boolean(),
  /** Whether its settings can still be changed: no round has been planned yet. */
  editable: z.boolean(),
  /** Devices enrolled, of those seen lately, in this round, of those done. */
  devices: z.object({ enrolled: count, present: count, assigned: count, updated: count, dropped: count }),
  rankDistribution: z.array(count),
  bytesUp: byteCount,
  bytesDown: byteCount,
  createdAt: time,
  /** When the round under way was assigned, and when it closes at the latest. */
  assignedAt: time.nullable(),
  deadlineAt: time.nullable(),
});
export type RunView = z.output<typeof runViewSchema>;

/** A finished round, in short; `GET /v1/operator/runs/{run}/rounds` has the whole records. */
export const roundViewSchema = z.object({
  run: identifier,
  round: z.int().positive(),
  finishedAt: time,
  /** Since the run began. */
  seconds,
  roundSeconds: seconds,
  waitingSeconds: seconds,
  accuracy: z.number(),
  loss: z.number(),
  bytesUp: byteCount,
  bytesDown: byteCount,
  /** Entry k-1: devices that trained k blocks. */
  depths: z.array(count),
  updated: count,
  dropped: count,
  /** Of those updated: updates whose change was clipped. */
  clipped: count,
});
export type RoundView = z.output<typeof roundViewSchema>;

/** Something that happened, for people. */
export const logEntrySchema = z.object({
  at: time,
  level: z.enum(['info', 'warning', 'error']),
  run: identifier.nullable(),
  device: identifier.nullable(),
  text: z.string(),
});
export type LogEntry = z.output<typeof logEntrySchema>;

/**
 * `GET /v1/operator/events`, as server-sent events whose name is the type and whose data is JSON. First come all runs,
 * devices and rounds and the last log entries, then what changes, at most twice a second.
 */
export const liveEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('runs'), runs: z.array(runViewSchema) }),
  z.object({ type: z.literal('devices'), devices: z.array(deviceViewSchema) }),
  z.object({ type: z.literal('rounds'), rounds: z.array(roundViewSchema) }),
  z.object({ type: z.literal('log'), entries: z.array(logEntrySchema) }),
]);
export type LiveEvent = z.output<typeof liveEventSchema>;
