import { readFile } from 'node:fs/promises';
import { InputError, parseInput } from '@legend-fl/base';
import { writeFileAtomically } from '@legend-fl/base/node';
import { contentHash, enrolledSchema, privateKeySchema } from '@legend-fl/protocol';
import { z } from 'zod';

const identitySchema = z.strictObject({
  formatVersion: z.literal(1),
  /** Of the coordinator. */
  url: z.string(),
  /** Of the join token, which itself is not kept; null of a device that was moved here. */
  tokenSha256: contentHash.nullable(),
  key: privateKeySchema,
  /** Null until the coordinator has answered. */
  enrolled: enrolledSchema.nullable(),
});

/** Who a device is: its private key, and what the coordinator calls it. */
export type DeviceIdentity = z.output<typeof identitySchema>;

/**
 * Undefined where there is no such file.
 * @throws InputError `device-identity-damaged`
 */
export async function readIdentity(path: string): Promise<DeviceIdentity | undefined> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw cause;
  });
  if (text === undefined) return undefined;
  const source = { code: 'device-identity-damaged', where: path };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError({
      ...source,
      expected: "a device's key, as JSON",
      got: 'something else',
      todo: 'Restore the file, or enrol again with another token and --state.',
      cause,
    });
  }
  return parseInput(identitySchema, value, source);
}

/** Whole or not at all, and readable by its owner alone. Throws WriteError. */
export async function writeIdentity(path: string, identity: DeviceIdentity): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(identity, null, 2)}\n`, { mode: 0o600 });
}
