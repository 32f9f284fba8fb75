import { contentHash, identifier } from '@legend-fl/protocol';
import type { z } from 'zod';
import { Refusal } from '../refusals/refusal.ts';

/** The hash itself, which is safe as a file's name. Throws Refusal `request-invalid` of anything else. */
export const checkHash = (sha256: string): string => check(contentHash, sha256);

/** The id itself, which is safe as a file's name. Throws Refusal `request-invalid` of anything else. */
export const checkIdentifier = (id: string): string => check(identifier, id);

function check(schema: z.ZodType<string>, name: string): string {
  const { success, error } = schema.safeParse(name);
  if (success) return name;
  throw new Refusal('request-invalid', `Expected ${error.issues[0]?.message}, got ${JSON.stringify(name)}.`);
}
