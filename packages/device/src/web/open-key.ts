import { InputError } from '@legend-fl/base';
import { createDeviceKey, type DeviceKey } from '@legend-fl/protocol';
import type { DeviceDatabase } from './device-database.ts';

/**
 * The key of the device that joined with this token, made the first time. Its private half cannot be taken out of the
 * browser. Throws InputError where the browser does not know Ed25519.
 */
export async function openKey(
  database: Pick<DeviceDatabase<unknown>, 'key' | 'keepKey'>,
  tokenSha256: string,
): Promise<DeviceKey> {
  const kept = await database.key(tokenSha256);
  if (kept !== undefined) return kept;
  const key = await createKey();
  // Before the coordinator hears of it: a token may be good for one device only.
  await database.keepKey(tokenSha256, key);
  return key;
}

async function createKey(): Promise<DeviceKey> {
  try {
    return await createDeviceKey({ extractable: false });
  } catch (cause) {
    throw new InputError({
      code: 'browser-too-old',
      expected: 'a browser that makes Ed25519 keys',
      got: 'one that does not',
      where: 'this browser',
      todo: 'Use Chrome or Edge 137, Firefox 130 or Safari 17, or later ones.',
      cause,
    });
  }
}
