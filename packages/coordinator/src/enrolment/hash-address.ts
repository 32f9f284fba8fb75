import { createHmac, randomBytes } from 'node:crypto';
import type { SecretStore } from '../store/store.ts';

/**
 * How addresses are kept: hashed with a key of this coordinator, so that two can be compared and none can be read, also by
 * whoever tries all of them.
 */
export function addressHasher(secrets: SecretStore): (address: string) => Promise<string> {
  let key: Promise<string> | undefined;
  return async (address) => {
    key ??= loadKey(secrets).catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return createHmac('sha256', await key)
      .update(address)
      .digest('hex');
  };
}

async function loadKey(secrets: SecretStore): Promise<string> {
  const name = 'address-key';
  return (await secrets.get(name)) ?? secrets.keepFirst(name, randomBytes(32).toString('base64url'));
}
