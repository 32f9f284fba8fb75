import { z } from 'zod';
import { bounds } from './bounds.ts';
import { limits } from './limits.ts';

/** SHA-256 of some content, in lower-case hexadecimal. */
export const contentHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: 'a SHA-256 in 64 hexadecimal digits' });

/** Id of a run, a device or a token: also a file's name, so that no path can be made of it. */
export const identifier = z
  .string()
  .max(limits.nameLength)
  .regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'lower-case letters, digits and hyphens' });

/** What a person calls something; shown as text. */
export const displayName = z.string().trim().min(1).max(limits.nameLength);

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();

export const roundNumber = z.int().positive();
export const byteCount = count;
export const exampleCount = z.int().positive().max(bounds.examples);
/** Mean cross-entropy, in nats, as a device reports it. */
export const reportedLoss = z.number().min(bounds.loss.min).max(bounds.loss.max);
/** Seconds, as a device reports them. */
export const reportedSeconds = seconds.max(bounds.partSeconds);
export { count, seconds };
