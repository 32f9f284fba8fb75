import { z } from 'zod';
import { bounds } from './bounds.ts';
import { byteCount, contentHash, count, displayName, identifier } from './names.ts';

/** Seconds of one local step and per byte, and memory; see `Capacity` of the method. */
export const capacitySchema = z.strictObject({
  forwardSecondsPerBlock: within(bounds.blockSeconds),
  backwardSecondsPerBlock: within(bounds.blockSeconds),
  uploadSecondsPerByte: within(bounds.secondsPerByte),
  downloadSecondsPerByte: within(bounds.secondsPerByte),
  memoryBytes: within(bounds.memoryBytes),
});

function within({ min, max }: { readonly min: number; readonly max: number }) {
  return z.number().min(min).max(max);
}

/** The public half of a device's Ed25519 key (RFC 8037). */
export const publicKeySchema = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/, { error: 'an Ed25519 public key, base64url' }),
});
export type PublicKey = z.output<typeof publicKeySchema>;

/** What a device runs on, for people. */
export const runtimeSchema = z.strictObject({
  kind: z.enum(['node', 'browser']),
  /** E.g. `cpu, 2 threads`, `webgpu`. */
  about: z.string().max(200),
});

/** `POST /v1/devices`, signed with the key that it brings. */
export const enrolmentSchema = z.strictObject({
  /** Join token. */
  token: z.string().min(1).max(200),
  publicKey: publicKeySchema,
  name: displayName,
  runtime: runtimeSchema,
});

export const enrolledSchema = z.object({
  device: identifier,
  run: identifier,
});

/** A file of the base model; `sha256` fetches it as a blob. */
export const baseFileSchema = z.object({ name: z.string(), bytes: byteCount, sha256: contentHash });

/** `GET /v1/runs/{run}`: what a device has to know of the run that it takes part in. */
export const runForDevicesSchema = z.object({
  run: identifier,
  name: displayName,
  status: z.enum(['waiting', 'running', 'finished']),
  strategy: z.string(),
  rounds: z.int().positive(),
  /** Names of the classes; an example's label is one of them. */
  classes: z.array(z.string()).min(1),
  base: z.object({
    /** Name of the model, for people. */
    model: z.string(),
    /** Of its weights. */
    sha256: z.string(),
    blocks: z.int().positive(),
    files: z.array(baseFileSchema).min(1),
  }),
  /** Shape of a local step, to be measured with. */
  step: z.object({
    batchSize: z.int().positive(),
    maxLength: z.int().positive(),
    targets: z.array(z.string()),
  }),
  /** Seeds what a new head is drawn with. */
  seed: z.int(),
});
export type RunForDevices = z.output<typeof runForDevicesSchema>;

/** `POST /v1/capacity`: outside a round, at least once after enrolment. */
export const capacityReportSchema = z.strictObject({
  run: identifier,
  capacity: capacitySchema,
  /** Training examples that the device holds. */
  examples: count.max(bounds.examples),
});
